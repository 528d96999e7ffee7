// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>
/// An image of an archive, as a registry would give it: a manifest that names the configuration and the layers by their digests.
/// </summary>
/// <param name="Names">Whole references: <c>docker.io/library/nginx:1.25</c>.</param>
internal sealed record ArchiveImage(IReadOnlyList<string> Names, ArchiveBlob Manifest, ArchiveBlob Config, IReadOnlyList<ArchiveLayer> Layers)
{
    /// <summary>What nodes call the image: the digest of its configuration.</summary>
    public string Id => Config.Digest;
}

/// <summary>A small document of an image.</summary>
internal sealed record ArchiveBlob(string MediaType, byte[] Content)
{
    public string Digest { get; } = Archives.Digest.Of(Content);
}

/// <summary>A layer.</summary>
/// <param name="File">Its name in the archive.</param>
/// <param name="DiffId">The digest of its tar archive before it was compressed.</param>
internal sealed record ArchiveLayer(string File, long Size, string Digest, string DiffId, Compression Compression)
{
    public string MediaType => Compression switch
    {
        Compression.Gzip => MediaTypes.Layer + "+gzip",
        Compression.Zstd => MediaTypes.Layer + "+zstd",
        _ => MediaTypes.Layer,
    };
}

/// <summary>What the documents of an image say that they are (OCI image specification; docker's own names are read as well).</summary>
internal static class MediaTypes
{
    public const string Index = "application/vnd.oci.image.index.v1+json";
    public const string DockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string Config = "application/vnd.oci.image.config.v1+json";
    public const string Layer = "application/vnd.oci.image.layer.v1.tar";
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
}
