// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Client.Local;
using Pelago.Kube;
using Pelago.Packages.Schema;
using Pelago.Packages.Templates;

namespace Pelago.Packages.Format;

/// <summary>
/// Reads the files of a revision and says everything that is wrong with them. The rules are those of the Universe's own checks: schemas of each
/// packaging version, names, which file may stand beside which, templates that can be read. For one thread at a time.
/// </summary>
public sealed class PackageReader
{
    /// <summary>Of one file, in bytes.</summary>
    public const int MaxFile = 4 * 1024 * 1024;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);
    private readonly PackageSchemas _schemas = new();

    /// <summary>How many files were read so far.</summary>
    public int Files { get; private set; }

    /// <summary>How many bytes they had.</summary>
    public long Bytes { get; private set; }

    /// <summary>The revision; null when something is wrong with it, which <paramref name="faults"/> then says. Warnings are added there, too.</summary>
    public PackageRevision? Read(RevisionFolder folder, List<PackageFault> faults)
    {
        int before = faults.Count;
        PackageJson? package = ReadJson(folder, "package.json", faults);
        PackageJson? config = ReadJson(folder, "config.json", faults);
        PackageJson? resource = ReadJson(folder, "resource.json", faults);
        PackageJson? command = ReadJson(folder, "command.json", faults);
        string? marathon = ReadTemplate(folder, "marathon.json.mustache", faults);
        string? kubernetes = ReadTemplate(folder, "kubernetes.yaml.mustache", faults);
        CheckNames(folder, faults);
        if (package is null)
        {
            if (!File.Exists(folder.File("package.json")))
                faults.Add(new PackageFault(folder.File("package.json"), 1, "", "is missing; every revision of a package has one"));
            return null;
        }

        if (CheckPackage(package, folder, faults) is { } version)
        {
            Check(config, _schemas.Config, faults);
            Check(resource, _schemas.Resource(version), faults);
            Check(command, _schemas.Command, faults);
            CheckTogether(package, folder, resource, command, faults);
        }

        if (faults.Skip(before).Any(fault => !fault.IsWarning))
            return null;
        return new PackageRevision(folder.ReleaseVersion, (JsonObject)package.Root!)
        {
            Config = config?.Root as JsonObject, Resource = resource?.Root as JsonObject, Command = command?.Root as JsonObject,
            MarathonTemplate = marathon, KubernetesTemplate = kubernetes,
        };
    }

    private string? CheckPackage(PackageJson package, RevisionFolder folder, List<PackageFault> faults)
    {
        if (package.Root is not JsonObject json)
        {
            faults.Add(package.Fault("", "is not a JSON object"));
            return null;
        }

        string version = json.String("packagingVersion") ?? "";
        if (_schemas.Package(version) is not { } schema)
        {
            string known = string.Join(", ", _schemas.PackagingVersions);
            faults.Add(package.Fault("/packagingVersion", json.ContainsKey("packagingVersion") ? $"is no packaging version that is known; those are {known}" : $"is missing; it is one of {known}"));
            return null;
        }

        Check(package, schema, faults);
        if (json.String("name") is { } name && name != folder.Name)
            faults.Add(package.Fault("/name", $"is \"{name}\", but the folder's name is \"{folder.Name}\""));
        return version;
    }

    private static void CheckNames(RevisionFolder folder, List<PackageFault> faults)
    {
        string place = Path.Combine(folder.Root, folder.Letter, folder.Name, folder.Revision);
        if (folder.Letter.Length != 1 || folder.Name.Length == 0 || folder.Letter[0] != char.ToUpperInvariant(folder.Name[0]))
            faults.Add(new PackageFault(place, 1, "", $"a package \"{folder.Name}\" lies in the folder of its first letter as a capital, not in \"{folder.Letter}\""));
        if (folder.ReleaseVersion < 0)
            faults.Add(new PackageFault(place, 1, "", $"the folder of a revision is named by a whole number, not \"{folder.Revision}\""));
    }

    private static void CheckTogether(PackageJson package, RevisionFolder folder, PackageJson? resource, PackageJson? command, List<PackageFault> faults)
    {
        var parts = new PackageParts((JsonObject)package.Root!)
        {
            Resource = resource?.Root as JsonObject, HasCommand = command is not null,
            HasMarathonTemplate = File.Exists(folder.File("marathon.json.mustache")), HasKubernetesTemplate = File.Exists(folder.File("kubernetes.yaml.mustache")),
        };
        foreach ((string name, string pointer, string message) in parts.Faults())
        {
            PackageJson? file = name switch { "command.json" => command, "resource.json" => resource, _ => null };
            faults.Add(file?.Fault(pointer, message) ?? new PackageFault(folder.File(name), 1, pointer, message));
        }
    }

    private static void Check(PackageJson? file, SchemaValidator schema, List<PackageFault> faults)
    {
        if (file is not null)
            faults.AddRange(file.Faults([.. schema.Validate(file.Root).Select(fault => (PointerOf(fault), $"{fault.Rule}: expected {fault.Expected}, found {fault.Found}"))]));
    }

    private static string PointerOf(SchemaFault fault) =>
        fault is { Rule: "additionalProperties", Field: { } field } ? $"{fault.Pointer}/{InstancePath.Escape(field)}" : fault.Pointer;

    private PackageJson? ReadJson(RevisionFolder folder, string name, List<PackageFault> faults) =>
        ReadBytes(folder.File(name), faults) is { } utf8 ? PackageJson.Read(folder.File(name), utf8, faults) : null;

    private string? ReadTemplate(RevisionFolder folder, string name, List<PackageFault> faults)
    {
        string file = folder.File(name);
        if (ReadBytes(file, faults) is not { } utf8)
            return null;
        try
        {
            string text = Utf8.GetString(utf8);
            Template.Parse(text);
            return text;
        }
        catch (DecoderFallbackException)
        {
            faults.Add(new PackageFault(file, 1, "", "is not UTF-8"));
        }
        catch (TemplateException fault)
        {
            faults.Add(new PackageFault(file, fault.Line, "", $"no mustache template: {fault.Message}"));
        }

        return null;
    }

    private byte[]? ReadBytes(string file, List<PackageFault> faults)
    {
        var info = new FileInfo(file);
        if (!info.Exists)
            return null;
        Files++;
        if (info.LinkTarget is not null)
            faults.Add(new PackageFault(file, 1, "", "is a link; files of packages are files"));
        else if (!UnixFile.IsPlain(file))
            faults.Add(new PackageFault(file, 1, "", "is a pipe or a device; files of packages are files"));
        else if (BoundedFile.Read(file, MaxFile) is { } bytes)
            return Counted(bytes);
        else
            faults.Add(new PackageFault(file, 1, "", $"has more than {MaxFile} bytes, which is as much as is read"));
        return null;
    }

    private byte[] Counted(byte[] bytes)
    {
        Bytes += bytes.Length;
        return bytes;
    }
}
