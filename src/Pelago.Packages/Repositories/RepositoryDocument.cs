// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.Packages.Schema;

namespace Pelago.Packages.Repositories;

/// <summary>
/// The built form of a repository: one document <c>{"packages": […]}</c> as a Universe server sends it to Cosmos (versions 3 to 5), each package with
/// <c>releaseVersion</c>, <c>config</c>, <c>resource</c>, <c>command</c> and <c>marathon.v2AppMustacheTemplate</c> (base64) beside the fields of package.json; Pelago's own
/// have <c>kubernetes.mustacheTemplate</c> instead.
/// </summary>
internal static class RepositoryDocument
{
    /// <summary>Of one package, in bytes.</summary>
    public const int MaxPackage = 16 * 1024 * 1024;

    private static readonly string[] Beside = ["releaseVersion", "config", "resource", "command", "marathon", "kubernetes"];

    /// <summary>The packages of a document that are whole, and how many were not. Throws a <see cref="RepositoryException"/> for what is no repository at all.</summary>
    public static (IReadOnlyList<JsonObject> Packages, int Refused) Read(ReadOnlyMemory<byte> utf8, RepositoryLimits limits)
    {
        JsonObject document;
        try
        {
            document = KubeJson.ParseObject(utf8);
        }
        catch (JsonException fault)
        {
            throw new RepositoryException($"what it sent is no repository: {fault.Message}");
        }

        if (document.Array("packages") is not { } all)
            throw new RepositoryException("what it sent is no repository: it has no list of packages");
        if (all.Count > limits.Revisions)
            throw new RepositoryException($"it has {all.Count} packages, at most {limits.Revisions} are read");
        var schemas = new PackageSchemas();
        JsonObject[] whole = [.. all.OfType<JsonObject>().Where(package => IsWhole(package, schemas))];
        return (whole, all.Count - whole.Length);
    }

    public static JsonObject FromRevision(PackageRevision revision)
    {
        var package = (JsonObject)revision.Package.DeepClone();
        package["releaseVersion"] = revision.ReleaseVersion;
        if (revision.Config is not null)
            package["config"] = revision.Config.DeepClone();
        if (revision.Resource is not null)
            package["resource"] = revision.Resource.DeepClone();
        if (revision.Command is not null)
            package["command"] = revision.Command.DeepClone();
        if (revision.MarathonTemplate is not null)
            package["marathon"] = new JsonObject { ["v2AppMustacheTemplate"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(revision.MarathonTemplate)) };
        if (revision.KubernetesTemplate is not null)
            package["kubernetes"] = new JsonObject { ["mustacheTemplate"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(revision.KubernetesTemplate)) };
        return package;
    }

    public static PackageRevision ToRevision(JsonObject package)
    {
        var fields = (JsonObject)package.DeepClone();
        foreach (string name in Beside)
            fields.Remove(name);
        return new PackageRevision(package.Integer("releaseVersion") ?? 0, fields)
        {
            Config = package.Object("config"), Resource = package.Object("resource"), Command = package.Object("command"),
            MarathonTemplate = Template(package.Object("marathon")?.String("v2AppMustacheTemplate")),
            KubernetesTemplate = Template(package.Object("kubernetes")?.String("mustacheTemplate")),
        };
    }

    private static bool IsWhole(JsonObject package, PackageSchemas schemas)
    {
        string version = package.String("packagingVersion") ?? "";
        if (schemas.Package(version) is not { } schema || package.Integer("releaseVersion") is not >= 0)
            return false;
        foreach (SchemaFault fault in schema.Validate(package))
        {
            if (fault.Rule != "additionalProperties" || !Beside.Contains(fault.Field))
                return false;
        }

        string? template = package.Object("marathon")?.String("v2AppMustacheTemplate") ?? package.Object("kubernetes")?.String("mustacheTemplate");
        return template is null || Template(template) is not null;
    }

    private static string? Template(string? base64)
    {
        try
        {
            return base64 is null ? null : Encoding.UTF8.GetString(Convert.FromBase64String(base64));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
