// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Node.Registration;

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>
/// The images of an OCI layout (<c>index.json</c>, and blobs by their digest): of each those parts that run on this machine. A descriptor
/// <c>{"mediaType", "digest", "size"}</c> leads from index to manifest, and from there to configuration and layers.
/// </summary>
internal sealed class OciLayout(ArchiveSpool spool, ArchiveLimits limits)
{
    public const string IndexFile = "index.json";
    private const string OperatingSystem = "linux";
    private const int MaxDepth = 4;
    private readonly List<string> _others = [];
    private int _seen;

    public async Task<List<ArchiveImage>> ReadAsync(CancellationToken cancel)
    {
        byte[] index = await spool.ReadAsync(IndexFile, "the index", limits.MaxDocument, cancel);
        var images = new List<ArchiveImage>();
        foreach (Descriptor descriptor in DescriptorsOf(ImageConfig.Document(index, IndexFile), "manifests", IndexFile))
        {
            if (await FindAsync(descriptor, 0, cancel) is { } image)
                images.Add(image with { Names = NamesOf(descriptor) });
        }
        if (images.Count == 0)
        {
            throw new ArchiveException(
                $"the archive has no image for {OperatingSystem}/{Machine.Architecture}{(_others.Count > 0 ? $", only for {string.Join(", ", _others.Distinct())}" : "")}: save or build it for this machine");
        }
        return images;
    }

    private async Task<ArchiveImage?> FindAsync(Descriptor descriptor, int depth, CancellationToken cancel)
    {
        if (++_seen > limits.MaxImages)
            throw new ArchiveException($"the archive names more than {limits.MaxImages} images: import them in several archives");
        if (descriptor.Platform is { } platform && !Fits(platform.OperatingSystem, platform.Architecture))
            return null;
        if (depth == MaxDepth)
            throw new ArchiveException("the indexes of the archive name each other without end");
        string what = $"the manifest {descriptor.Digest}";
        byte[] content = await ReadVerifiedAsync(descriptor, what, cancel);
        JsonObject document = ImageConfig.Document(content, what);
        if (!document.ContainsKey("manifests"))
            return await ReadImageAsync(descriptor, content, document, what, cancel);
        foreach (Descriptor part in DescriptorsOf(document, "manifests", what))
        {
            if (await FindAsync(part, depth + 1, cancel) is { } image)
                return image;
        }
        return null;
    }

    private async Task<ArchiveImage?> ReadImageAsync(Descriptor descriptor, byte[] content, JsonObject manifest, string what, CancellationToken cancel)
    {
        if (manifest.Object("config") is not { } config)
            throw new ArchiveException($"{what} names no configuration: images of docker's first schema, and artifacts that are no images, are not taken");
        Descriptor of = DescriptorOf(config, what);
        byte[] configuration = await ReadVerifiedAsync(of, $"the configuration {of.Digest}", cancel);
        var read = ImageConfig.Parse(configuration, $"the configuration {of.Digest}", limits);
        if (!Fits(read.OperatingSystem, read.Architecture))
            return null;
        List<Descriptor> layers = DescriptorsOf(manifest, "layers", what);
        if (layers.Count != read.DiffIds.Count)
            throw new ArchiveException($"{what} has {layers.Count} layers, and its configuration has {read.DiffIds.Count}");
        return new ArchiveImage(
            [], new ArchiveBlob(descriptor.MediaType == MediaTypes.DockerManifest ? MediaTypes.DockerManifest : MediaTypes.Manifest, content),
            new ArchiveBlob(of.MediaType.Length > 0 ? of.MediaType : MediaTypes.Config, configuration), [.. layers.Select((layer, i) => LayerOf(layer, read.DiffIds[i]))]);
    }

    private ArchiveLayer LayerOf(Descriptor layer, string diffId)
    {
        string type = layer.MediaType;
        bool isFileSystem = type.StartsWith(MediaTypes.Layer, StringComparison.Ordinal) || type.StartsWith(MediaTypes.DockerLayer, StringComparison.Ordinal);
        if (!isFileSystem)
            throw new ArchiveException($"the layer {layer.Digest} is of type {TarScanner.Shown(type)}, which is no file system of a container");
        RequireSize(layer, $"the layer {layer.Digest}");
        return new ArchiveLayer(FileOf(layer.Digest), layer.Size, layer.Digest, diffId, CompressionOf(type));
    }

    private static Compression CompressionOf(string type) =>
        type.EndsWith("gzip", StringComparison.Ordinal) ? Compression.Gzip : type.EndsWith("zstd", StringComparison.Ordinal) ? Compression.Zstd : Compression.None;

    private async Task<byte[]> ReadVerifiedAsync(Descriptor descriptor, string what, CancellationToken cancel)
    {
        RequireSize(descriptor, what);
        byte[] content = await spool.ReadAsync(FileOf(descriptor.Digest), what, limits.MaxDocument, cancel);
        return Digest.Of(content) == descriptor.Digest ? content : throw new ArchiveException($"{what} does not match its digest: the archive was damaged or changed");
    }

    private void RequireSize(Descriptor descriptor, string what)
    {
        if (spool.SizeOf(FileOf(descriptor.Digest)) is { } size && size != descriptor.Size)
            throw new ArchiveException($"{what} should have {descriptor.Size} bytes and has {size}: the archive was damaged or changed");
    }

    private bool Fits(string system, string architecture)
    {
        // What belongs to an image and runs nowhere (attestations) is for "unknown".
        bool fits = system == OperatingSystem && architecture == Machine.Architecture;
        if (!fits && system != "unknown")
            _others.Add(TarScanner.Shown($"{system}/{architecture}"));
        return fits;
    }

    private static string FileOf(string digest) => $"blobs/{digest.Replace(':', '/')}";

    /// <summary>Archivers write whole references, or only the tag: of one that nobody knows the rest of nothing can be made.</summary>
    private static IReadOnlyList<string> NamesOf(Descriptor descriptor)
    {
        string? name = descriptor.Annotations?.String("io.containerd.image.name") ?? descriptor.Annotations?.String("org.opencontainers.image.ref.name");
        return name is not null && (name.Contains(':', StringComparison.Ordinal) || name.Contains('/', StringComparison.Ordinal)) ? [ImageReference.Parse(name)] : [];
    }

    private List<Descriptor> DescriptorsOf(JsonObject document, string field, string what)
    {
        JsonArray items = document.Array(field) ?? throw new ArchiveException($"{what} has no {field}");
        if (items.Count > Math.Max(limits.MaxImages, limits.MaxLayers))
            throw new ArchiveException($"{what} has {items.Count} {field}, which no image has");
        return [.. items.Select(item => DescriptorOf(item as JsonObject ?? throw new ArchiveException($"{what}: one of its {field} is no descriptor"), what))];
    }

    private static Descriptor DescriptorOf(JsonObject json, string what)
    {
        try
        {
            string? digest = json.String("digest");
            if (!Digest.IsValid(digest))
                throw new ArchiveException($"{what} names content by what is no sha256 digest: \"{TarScanner.Shown(digest ?? "")}\"");
            (string, string)? platform = json.Object("platform") is { } of ? (of.String("os") ?? "", of.String("architecture") ?? "") : null;
            return new Descriptor(json.String("mediaType") ?? "", digest!, json.Integer("size") ?? -1, platform, json.Object("annotations"));
        }
        catch (Exception bad) when (bad is JsonException or InvalidOperationException or FormatException)
        {
            throw new ArchiveException($"{what} has a descriptor that cannot be read: {bad.Message}", bad);
        }
    }

    private sealed record Descriptor(
        string MediaType, string Digest, long Size, (string OperatingSystem, string Architecture)? Platform, JsonObject? Annotations);
}
