// SPDX-License-Identifier: Apache-2.0

using System.Formats.Tar;
using System.IO;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Pelago.TestKit.Images;

/// <summary>Writes images as <c>docker save</c> would, for programs that know them by nothing but the file.</summary>
public static class ImageFile
{
    /// <summary>Where Debian's busybox-static puts it.</summary>
    public const string Busybox = "/bin/busybox";

    /// <summary>An image of one layer.</summary>
    /// <param name="layer">The layer as a tar archive; read twice.</param>
    public static void Write(string file, Stream layer, IReadOnlyList<string> names, IReadOnlyList<string> command)
    {
        string digest = Convert.ToHexStringLower(SHA256.HashData(layer));
        layer.Position = 0;
        var config = new JsonObject
        {
            ["architecture"] = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64", ["os"] = "linux",
            ["config"] = new JsonObject { ["Cmd"] = Texts(command), ["Env"] = Texts(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]) },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = Texts([$"sha256:{digest}"]) },
        };
        var manifest = new JsonArray(new JsonObject { ["Config"] = "config.json", ["RepoTags"] = Texts(names), ["Layers"] = Texts(["layer.tar"]) });
        using FileStream output = File.Create(file);
        using var tar = new TarWriter(output, TarEntryFormat.Pax);
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "layer.tar") { DataStream = layer });
        foreach ((string name, JsonNode document) in new (string, JsonNode)[] { ("config.json", config), ("manifest.json", manifest) })
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(document.ToJsonString())) });
    }

    /// <summary>This machine's static busybox, as <c>/bin/sh</c> and under each of <paramref name="applets"/>.</summary>
    public static void WriteBusybox(string file, string name, params string[] applets)
    {
        const UnixFileMode Executable = (UnixFileMode)0x1ed; // 0755
        var layer = new MemoryStream();
        using (var tar = new TarWriter(layer, TarEntryFormat.Pax, leaveOpen: true))
        {
            using var program = new FileStream(Busybox, FileMode.Open, FileAccess.Read);
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "bin") { Mode = Executable });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox") { DataStream = program, Mode = Executable });
            foreach (string applet in applets.Append("sh").Distinct())
                tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox" });
        }
        layer.Position = 0;
        Write(file, layer, [name], ["/bin/sh", "-c", "echo from the image"]);
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];
}
