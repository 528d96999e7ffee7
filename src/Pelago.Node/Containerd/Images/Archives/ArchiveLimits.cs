// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>How large what somebody hands in as an image may be. The defaults are far beyond what images are.</summary>
internal sealed record ArchiveLimits
{
    /// <summary>Bytes of the archive's files, after the archive itself was unzipped.</summary>
    public long MaxArchive { get; init; } = 64L << 30;

    /// <summary>Bytes that all layers together unpack to.</summary>
    public long MaxUnpacked { get; init; } = 64L << 30;

    /// <summary>How many bytes may come out of one compressed byte, once <see cref="RatioFrom"/> bytes have come out.</summary>
    public int MaxRatio { get; init; } = 250;
    public long RatioFrom { get; init; } = 32 << 20;

    /// <summary>Bytes, as a power of two, that a zstd frame may want to be kept in memory: what zstd itself takes without being told.</summary>
    public int ZstdWindowLog { get; init; } = 27;

    /// <summary>Files and links in the archive itself.</summary>
    public int MaxEntries { get; init; } = 10_000;

    /// <summary>Entries of all layers together.</summary>
    public int MaxLayerEntries { get; init; } = 2_000_000;

    /// <summary>An overlay file system cannot be mounted from more.</summary>
    public int MaxLayers { get; init; } = 127;

    /// <summary>Bytes of an index, a manifest or a configuration: these are read into memory.</summary>
    public int MaxDocument { get; init; } = 4 << 20;

    /// <summary>Bytes of the extended header of one entry, which is read into memory.</summary>
    public int MaxHeader { get; init; } = 1 << 20;

    /// <summary>Images in one archive.</summary>
    public int MaxImages { get; init; } = 100;
}
