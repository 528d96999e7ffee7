// SPDX-License-Identifier: Apache-2.0

using System.Formats.Tar;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Node.Registration;

namespace Pelago.Node.Containerd.Images;

/// <summary>Writes an image of one layer as a docker archive: a layer, its configuration and a manifest that names both.</summary>
internal sealed class ImageArchive
{
    private readonly MemoryStream _layer = new();
    private readonly TarWriter _tar;

    public ImageArchive() => _tar = new TarWriter(_layer, TarEntryFormat.Pax, leaveOpen: true);

    public required IReadOnlyList<string> Names { get; init; }
    public IReadOnlyList<string> EntryPoint { get; init; } = [];
    public IReadOnlyList<string> Command { get; init; } = [];
    public IReadOnlyList<string> Environment { get; init; } = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];

    public void AddFile(string path, byte[] content)
    {
        const UnixFileMode Executable = (UnixFileMode)0x1ed; // 0755
        _tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content), Mode = Executable });
    }

    public void AddLink(string path, string target) => _tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, path) { LinkName = target });

    public void AddDirectory(string path, UnixFileMode mode = (UnixFileMode)0x1ed) => _tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, path) { Mode = mode });

    /// <summary>Nothing can be added afterwards.</summary>
    public void WriteTo(string file)
    {
        using FileStream output = File.Create(file);
        WriteTo(output);
    }

    /// <summary>Nothing can be added afterwards.</summary>
    public void WriteTo(Stream output)
    {
        _tar.Dispose();
        byte[] layer = _layer.ToArray();
        var config = new JsonObject
        {
            ["architecture"] = Machine.Architecture, ["os"] = "linux",
            ["config"] = new JsonObject { ["Entrypoint"] = ListOf(EntryPoint), ["Cmd"] = ListOf(Command), ["Env"] = ListOf(Environment) },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = ListOf([$"sha256:{Convert.ToHexStringLower(SHA256.HashData(layer))}"]) },
        };
        var manifest = new JsonArray
        {
            new JsonObject { ["Config"] = "config.json", ["RepoTags"] = ListOf(Names), ["Layers"] = ListOf(["layer.tar"]) },
        };
        using var tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        foreach ((string name, byte[] content) in new[] { ("layer.tar", layer), ("config.json", Bytes(config)), ("manifest.json", Bytes(manifest)) })
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
    }

    private static JsonArray ListOf(IEnumerable<string> items) => [.. items.Select(item => JsonValue.Create(item))];

    private static byte[] Bytes(JsonNode json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}
