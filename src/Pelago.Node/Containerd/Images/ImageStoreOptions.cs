// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Containerd.Images.Archives;

namespace Pelago.Node.Containerd.Images;

/// <summary>How images of a containerd are kept.</summary>
internal sealed record ImageStoreOptions
{
    /// <summary>For archives, until they are in containerd. A directory of the node's own.</summary>
    public required string Directory { get; init; }
    public ArchiveLimits Limits { get; init; } = new();

    /// <summary>The image that sandboxes are made of, which is never removed; empty: not known.</summary>
    public string Pinned { get; init; } = "";
}
