// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>What matters here of an image's configuration: for which machines it is, and the digests of its layers before compression.</summary>
internal sealed record ImageConfig(string OperatingSystem, string Architecture, IReadOnlyList<string> DiffIds)
{
    /// <param name="what">The file, for messages.</param>
    public static ImageConfig Parse(byte[] json, string what, ArchiveLimits limits)
    {
        JsonObject root = Document(json, what);
        List<string> diffs = [];
        foreach (JsonNode? item in root.Object("rootfs")?.Array("diff_ids") ?? [])
        {
            string? digest = Text(item);
            diffs.Add(Digest.IsValid(digest) ? digest! : throw new ArchiveException($"{what}: rootfs.diff_ids holds what is no sha256 digest"));
        }
        if (diffs.Count == 0)
            throw new ArchiveException($"{what}: it names no layers (rootfs.diff_ids), so it is no image that can run");
        if (diffs.Count > limits.MaxLayers)
            throw new ArchiveException($"{what}: it has {diffs.Count} layers, and no more than {limits.MaxLayers} can be mounted: build the image with fewer, or squash it");
        return new ImageConfig(root.String("os") ?? "", root.String("architecture") ?? "", diffs);
    }

    public static JsonObject Document(byte[] json, string what) =>
        Parsed(json, what) as JsonObject ?? throw new ArchiveException($"{what} is no JSON object");

    public static JsonNode? Parsed(byte[] json, string what)
    {
        try
        {
            return KubeJson.Parse(json);
        }
        catch (JsonException bad)
        {
            throw new ArchiveException($"{what} is no valid JSON: {bad.Message}", bad);
        }
    }

    /// <summary>Null for what is no string.</summary>
    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
