// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Resources;

/// <summary>meta/v1 DeleteOptions; null means "not said".</summary>
internal sealed record DeleteOptions
{
    public static readonly DeleteOptions None = new();
    public long? GracePeriodSeconds { get; init; }

    /// <summary><c>Background</c>, <c>Foreground</c>, <c>Orphan</c> or null.</summary>
    public string? PropagationPolicy { get; init; }
    public bool? OrphanDependents { get; init; }
    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
    public bool DryRun { get; init; }
}
