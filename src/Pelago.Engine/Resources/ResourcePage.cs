// SPDX-License-Identifier: Apache-2.0

using Pelago.Store;

namespace Pelago.Engine.Resources;

/// <summary>What a LIST found: objects of one revision, shared with the store.</summary>
internal sealed record ResourcePage
{
    public required IReadOnlyList<StoredObject> Items { get; init; }
    public required long Revision { get; init; }

    /// <summary>Empty on the last page.</summary>
    public string Continue { get; init; } = "";

    /// <summary>Only when no selector was given and more is to come.</summary>
    public long? RemainingItemCount { get; init; }
}
