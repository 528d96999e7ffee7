// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Node.Registration;

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>
/// The images of what <c>docker save</c> writes: <c>manifest.json</c> is a list of <c>{"Config": FILE, "RepoTags": […], "Layers": [FILE…]}</c>. It has
/// no digests; those of the layers stand in the configuration, and a manifest with all of them is made here.
/// </summary>
internal sealed class DockerArchive(ArchiveSpool spool, ArchiveLimits limits)
{
    public const string ManifestFile = "manifest.json";
    private readonly Dictionary<(long Offset, long Size), ArchiveLayer> _described = [];

    public async Task<List<ArchiveImage>> ReadAsync(CancellationToken cancel)
    {
        byte[] json = await spool.ReadAsync(ManifestFile, "the list of images", limits.MaxDocument, cancel);
        JsonArray items = ImageConfig.Parsed(json, ManifestFile) as JsonArray ?? throw new ArchiveException($"{ManifestFile} is no list of images");
        if (items.Count > limits.MaxImages)
            throw new ArchiveException($"the archive has {items.Count} images, and at most {limits.MaxImages} are taken at once: import them in several archives");
        var images = new List<ArchiveImage>();
        foreach (JsonNode? item in items)
            images.Add(await ReadImageAsync(item as JsonObject ?? throw new ArchiveException($"{ManifestFile}: one of the images is no object"), cancel));
        return images.Count > 0 ? images : throw new ArchiveException($"{ManifestFile} names no image");
    }

    private async Task<ArchiveImage> ReadImageAsync(JsonObject item, CancellationToken cancel)
    {
        string file = ImageConfig.Text(item["Config"]) ?? throw new ArchiveException($"{ManifestFile}: an image without Config");
        string what = $"the configuration {TarScanner.Shown(file)}";
        byte[] content = await spool.ReadAsync(file, what, limits.MaxDocument, cancel);
        var config = ImageConfig.Parse(content, what, limits);
        if (config.OperatingSystem != "linux" || config.Architecture != Machine.Architecture)
            throw new ArchiveException($"the image is for {TarScanner.Shown($"{config.OperatingSystem}/{config.Architecture}")}, and this node is linux/{Machine.Architecture}: save or build it for that");
        string[] files = [.. Texts(item, "Layers")];
        if (files.Length != config.DiffIds.Count)
            throw new ArchiveException($"{ManifestFile} names {files.Length} layers, and {what} has {config.DiffIds.Count}");
        var layers = new List<ArchiveLayer>();
        foreach ((string name, string diffId) in files.Zip(config.DiffIds))
            layers.Add(await DescribeAsync(name, diffId, cancel));
        var configuration = new ArchiveBlob(MediaTypes.Config, content);
        return new ArchiveImage([.. Texts(item, "RepoTags").Select(ImageReference.Parse)], ManifestOf(configuration, layers), configuration, layers);
    }

    /// <summary>Each file is read once, however many layers say that they are in it.</summary>
    private async Task<ArchiveLayer> DescribeAsync(string file, string diffId, CancellationToken cancel)
    {
        if (spool.PlaceOf(file) is { } place && _described.TryGetValue(place, out ArchiveLayer? known))
            return known with { DiffId = diffId };
        ArchiveLayer layer = await LayerCheck.DescribeAsync(spool, file, diffId, cancel);
        _described[spool.PlaceOf(file)!.Value] = layer;
        return layer;
    }

    private static IEnumerable<string> Texts(JsonObject item, string field) =>
        item[field] is not JsonArray texts ? [] : texts.Select(text => ImageConfig.Text(text) ?? throw new ArchiveException($"{ManifestFile}: {field} holds what is no text"));

    private static ArchiveBlob ManifestOf(ArchiveBlob config, IEnumerable<ArchiveLayer> layers) => new(MediaTypes.Manifest, KubeJson.ToUtf8(new JsonObject
    {
        ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.Manifest,
        ["config"] = Descriptor(config.MediaType, config.Digest, config.Content.Length),
        ["layers"] = new JsonArray([.. layers.Select(layer => Descriptor(layer.MediaType, layer.Digest, layer.Size))]),
    }));

    private static JsonObject Descriptor(string type, string digest, long size) => new() { ["mediaType"] = type, ["digest"] = digest, ["size"] = size };
}
