// SPDX-License-Identifier: Apache-2.0

using Pelago.Store;

namespace Pelago.Engine.Resources;

/// <summary>
/// Objects of a kind that is read but not stored: they are made when they are asked for. Registered in <see cref="HandlerTable"/> under
/// <c>plural.group</c>.
/// </summary>
internal interface IObjectSource
{
    /// <summary>In the stored form, ordered by key. An empty namespace or name means all.</summary>
    ValueTask<IReadOnlyList<StoredObject>> ReadAsync(string ns, string name, CancellationToken cancel);
}
