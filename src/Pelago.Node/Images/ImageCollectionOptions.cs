// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node;

/// <summary>When a node removes images that nothing runs on (kubelet's imageGCHighThresholdPercent, imageGCLowThresholdPercent, imageMinimumGCAge).</summary>
public sealed record ImageCollectionOptions
{
    /// <summary>Images are removed when the disk is as full as this, in percent; 100 means never.</summary>
    public int HighThresholdPercent { get; init; } = 85;

    /// <summary>How full it may be afterwards.</summary>
    public int LowThresholdPercent { get; init; } = 80;

    /// <summary>How long an image must have been here: whoever brought it may be about to use it.</summary>
    public TimeSpan MinimumAge { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often the node looks.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromMinutes(5);
}
