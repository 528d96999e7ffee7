// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;

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

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);
    private static readonly string[] Beside = ["releaseVersion", "config", "resource", "command", "marathon", "kubernetes"];

    /// <summary>The packages of a document that are whole, and how many were not. Throws a <see cref="RepositoryException"/> for what is no repository at all.</summary>
    public static (IReadOnlyList<JsonObject> Packages, int Refused) Read(ReadOnlyMemory<byte> utf8, RepositoryLimits limits, CancellationToken cancel)
    {
        try
        {
            // A tree of the whole would take many times its bytes: packages become one each, after they were counted.
            using JsonDocument document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = KubeJson.MaxDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("packages", out JsonElement all) || all.ValueKind != JsonValueKind.Array)
                throw new RepositoryException("what it sent is no repository: it has no list of packages");
            int count = all.GetArrayLength();
            if (count > limits.Revisions)
                throw new RepositoryException($"it has {count} packages, at most {limits.Revisions} are read");
            var check = new DocumentCheck();
            var whole = new List<JsonObject>();
            foreach (JsonElement package in all.EnumerateArray())
            {
                cancel.ThrowIfCancellationRequested();
                if (check.Read(package) is { } read)
                    whole.Add(read);
            }

            return (whole, count - whole.Count);
        }
        catch (JsonException fault)
        {
            throw new RepositoryException($"what it sent is no repository: {JsonWords.Of(utf8.Span, fault)}");
        }
        catch (InvalidOperationException)
        {
            throw new RepositoryException("what it sent is no repository: it has text that is not UTF-8");
        }
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

    /// <summary>The parts of a package that <see cref="DocumentCheck"/> found whole.</summary>
    public static PackageRevision ToRevision(JsonObject package) => new(package.Integer("releaseVersion") ?? 0, FieldsOf(package))
    {
        Config = package.Object("config"), Resource = package.Object("resource"), Command = package.Object("command"),
        MarathonTemplate = Text(package.Object("marathon")?.String("v2AppMustacheTemplate")),
        KubernetesTemplate = Text(package.Object("kubernetes")?.String("mustacheTemplate")),
    };

    /// <summary>The fields of package.json.</summary>
    public static JsonObject FieldsOf(JsonObject package)
    {
        var fields = (JsonObject)package.DeepClone();
        foreach (string name in Beside)
            fields.Remove(name);
        return fields;
    }

    /// <summary>Text in base64; null when it is none, or no UTF-8.</summary>
    public static string? Text(string? base64)
    {
        try
        {
            return base64 is null ? null : Utf8.GetString(Convert.FromBase64String(base64));
        }
        catch (Exception fault) when (fault is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }
}
