// SPDX-License-Identifier: Apache-2.0

using System.Formats.Tar;
using System.IO;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Node.Containerd.Images.Archives;
using Pelago.Node.Registration;
using ZstdSharp;

namespace Pelago.Node.Tests.Containerd.Archives;

/// <summary>Makes archives of images, right ones and wrong ones.</summary>
internal static class TestArchive
{
    public const string Name = "docker.io/library/app:1";

    public static TarEntry File(string name, byte[] content) => new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) };

    public static TarEntry File(string name, string content) => File(name, Encoding.UTF8.GetBytes(content));

    public static TarEntry Link(TarEntryType type, string name, string target) => new PaxTarEntry(type, name) { LinkName = target };

    public static TarEntry Device(string name, int major, int minor) => new PaxTarEntry(TarEntryType.CharacterDevice, name) { DeviceMajor = major, DeviceMinor = minor };

    public static byte[] Tar(params TarEntry[] entries)
    {
        var output = new MemoryStream();
        using (var tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (TarEntry entry in entries)
                tar.WriteEntry(entry);
        }
        return output.ToArray();
    }

    public static byte[] Gzip(byte[] content)
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.SmallestSize))
            gzip.Write(content);
        return output.ToArray();
    }

    public static byte[] Zstd(byte[] content)
    {
        using var compressor = new Compressor();
        return compressor.Wrap(content).ToArray();
    }

    public static JsonObject Config(params byte[][] layers) => new()
    {
        ["architecture"] = Machine.Architecture, ["os"] = "linux", ["config"] = new JsonObject(),
        ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. layers.Select(layer => JsonValue.Create(Digest.Of(layer)))]) },
    };

    /// <summary>As docker save writes it.</summary>
    public static TarEntry[] Docker(JsonObject config, params byte[][] layers) =>
    [
        .. layers.Select((layer, i) => File($"{i}/layer.tar", layer)),
        File("config.json", config.ToJsonString()),
        File("manifest.json", new JsonArray(new JsonObject
        {
            ["Config"] = "config.json", ["RepoTags"] = new JsonArray("app:1"),
            ["Layers"] = new JsonArray([.. layers.Select((_, i) => JsonValue.Create($"{i}/layer.tar"))]),
        }).ToJsonString()),
    ];

    /// <summary>A docker archive of one layer with one entry.</summary>
    public static byte[] DockerWith(TarEntry entry)
    {
        byte[] layer = Tar(File("etc/motd", "hello"), entry);
        return Tar(Docker(Config(layer), layer));
    }

    /// <summary>An OCI layout of one image whose layers are compressed.</summary>
    /// <param name="change">Is given the documents before they are written: manifest and index.</param>
    public static TarEntry[] Oci(byte[] layer, Action<JsonObject, JsonObject>? change = null) => Oci(layer, Gzip(layer), "+gzip", change);

    /// <summary>The same of a layer that is stored as the caller says.</summary>
    public static TarEntry[] Oci(byte[] layer, byte[] stored, string suffix, Action<JsonObject, JsonObject>? change = null)
    {
        byte[] config = Encoding.UTF8.GetBytes(Config(layer).ToJsonString());
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.Manifest, ["config"] = Descriptor(MediaTypes.Config, config),
            ["layers"] = new JsonArray(Descriptor(MediaTypes.Layer + suffix, stored)),
        };
        var index = new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(Named(Descriptor(MediaTypes.Manifest, Bytes(manifest)))) };
        change?.Invoke(manifest, index);
        return [File("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""), File("index.json", index.ToJsonString()), Blob(Bytes(manifest)), Blob(config), Blob(stored)];
    }

    public static TarEntry Blob(byte[] content) => File($"blobs/{Digest.Of(content).Replace(':', '/')}", content);

    public static JsonObject Descriptor(string type, byte[] content) => new() { ["mediaType"] = type, ["digest"] = Digest.Of(content), ["size"] = content.Length };

    public static byte[] Bytes(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString());

    private static JsonObject Named(JsonObject descriptor)
    {
        descriptor["annotations"] = new JsonObject { ["io.containerd.image.name"] = Name };
        return descriptor;
    }
}
