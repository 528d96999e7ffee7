// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;

namespace Pelago.Packages.Rendering;

/// <summary>
/// Every template of a folder with default options, a line each: the revision's path, a tab and the canonical JSON. Templates that print no JSON object
/// have none. Files are read as they come here, a key that stands there twice counts once: what is wrong with them is for validation to say.
/// </summary>
public static class RepositoryLines
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>In the order of <see cref="RevisionFolder.In(string)"/>.</summary>
    public static IReadOnlyList<RenderedLine> Of(string directory)
    {
        RevisionFolder[] folders = [.. RevisionFolder.In(directory).Where(folder => File.Exists(folder.File("marathon.json.mustache")))];
        var lines = new RenderedLine[folders.Length];
        Parallel.For(0, folders.Length, i => lines[i] = Render(folders[i]));
        return lines;
    }

    private static RenderedLine Render(RevisionFolder folder)
    {
        try
        {
            var package = new PackageRevision(folder.ReleaseVersion, ReadJson(folder.File("package.json")) ?? [])
            {
                Config = ReadJson(folder.File("config.json")), Resource = ReadJson(folder.File("resource.json")),
                MarathonTemplate = Utf8.GetString(ReadBytes(folder.File("marathon.json.mustache")) ?? []),
            };
            RenderedPackage rendered = PackageRenderer.Render(package, new RenderRequest { CheckOptions = false });
            return rendered.Objects is [{ } app]
                ? new RenderedLine(folder.RelativePath, CanonicalJson.Of(app), null)
                : new RenderedLine(folder.RelativePath, null, string.Join("; ", rendered.Faults));
        }
        catch (Exception fault) when (fault is JsonException or DecoderFallbackException or IOException)
        {
            return new RenderedLine(folder.RelativePath, null, fault.Message);
        }
    }

    private static JsonObject? ReadJson(string file) => ReadBytes(file) is { } utf8 ? KubeJson.ParseObject(utf8) : null;

    private static byte[]? ReadBytes(string file)
    {
        var info = new FileInfo(file);
        if (!info.Exists)
            return null;
        return info.LinkTarget is null && BoundedFile.Read(file, PackageReader.MaxFile) is { } bytes
            ? bytes
            : throw new IOException($"{file} is a link, or larger than {PackageReader.MaxFile} bytes");
    }
}
