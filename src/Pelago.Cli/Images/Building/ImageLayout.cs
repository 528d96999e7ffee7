// SPDX-License-Identifier: Apache-2.0

using System.Formats.Tar;
using System.IO;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Cli.Images.Building;

/// <summary>Writes an image of several layers as an OCI layout in a tar archive (opencontainers/image-spec image-layout.md).</summary>
internal static class ImageLayout
{
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar+gzip";
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    /// <param name="config">The configuration without its layers, which are put in here.</param>
    /// <param name="directory">For the compressed layers, until they are copied: their digests come first.</param>
    public static void Write(Stream output, string name, JsonObject config, IReadOnlyList<LayerFiles> layers, string directory, Action<int> beforeLayer, CancellationToken cancel)
    {
        var blobs = new SortedDictionary<string, Stream>(StringComparer.Ordinal);
        try
        {
            var descriptors = new JsonArray();
            var diffs = new JsonArray();
            for (int i = 0; i < layers.Count; i++)
            {
                cancel.ThrowIfCancellationRequested();
                beforeLayer(i);
                (Stream file, string digest, string diff) = Compress(layers[i], directory, cancel);
                blobs[digest] = file;
                descriptors.Add((JsonNode)Descriptor(LayerType, digest, file.Length));
                diffs.Add((JsonNode)diff);
            }
            config["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = diffs };
            JsonObject configuration = Put(blobs, ConfigType, config);
            JsonObject manifest = Put(blobs, ManifestType, new JsonObject
            {
                ["schemaVersion"] = 2, ["mediaType"] = ManifestType, ["config"] = configuration, ["layers"] = descriptors,
            });
            manifest["annotations"] = new JsonObject
            {
                ["io.containerd.image.name"] = name, ["org.opencontainers.image.ref.name"] = name[(name.LastIndexOf(':') + 1)..],
            };
            cancel.ThrowIfCancellationRequested();
            WriteLayout(output, blobs, new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(manifest) });
        }
        finally
        {
            foreach (Stream blob in blobs.Values)
                blob.Dispose();
        }
    }

    private static void WriteLayout(Stream output, SortedDictionary<string, Stream> blobs, JsonObject index)
    {
        using var tar = new TarWriter(output, TarEntryFormat.Ustar, leaveOpen: true);
        foreach ((string digest, Stream blob) in blobs)
        {
            blob.Position = 0;
            WriteEntry(tar, $"blobs/{digest.Replace(':', '/')}", blob);
        }
        WriteEntry(tar, "index.json", new MemoryStream(KubeJson.ToUtf8(index)));
        WriteEntry(tar, "oci-layout", new MemoryStream("""{"imageLayoutVersion":"1.0.0"}"""u8.ToArray()));
    }

    private static void WriteEntry(TarWriter tar, string name, Stream content) => tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
    {
        DataStream = content, ModificationTime = DateTimeOffset.UnixEpoch,
        Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
    });

    private static JsonObject Put(SortedDictionary<string, Stream> blobs, string type, JsonObject document)
    {
        byte[] content = KubeJson.ToUtf8(document);
        string digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
        blobs[digest] = new MemoryStream(content);
        return Descriptor(type, digest, content.Length);
    }

    private static JsonObject Descriptor(string type, string digest, long size) => new() { ["mediaType"] = type, ["digest"] = digest, ["size"] = size };

    private static (Stream File, string Digest, string Diff) Compress(LayerFiles layer, string directory, CancellationToken cancel)
    {
        string path = Path.Combine(directory, $"{AbandonedFiles.LayerPrefix}{Environment.ProcessId}-{Guid.NewGuid():N}");
        var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose });
        try
        {
            using var plain = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using (var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
            using (var hashed = new HashingStream(gzip, plain, cancel))
                layer.WriteTo(hashed);
            file.Position = 0;
            string digest = Convert.ToHexStringLower(SHA256.HashData(file));
            return (file, $"sha256:{digest}", $"sha256:{Convert.ToHexStringLower(plain.GetHashAndReset())}");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
