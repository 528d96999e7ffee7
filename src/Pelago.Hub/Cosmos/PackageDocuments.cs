// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;
using Pelago.Packages.Rendering;

namespace Pelago.Hub.Cosmos;

/// <summary>Packages as answers of Cosmos have them.</summary>
internal static class PackageDocuments
{
    // What an entry of /package/list says of a package: the fields of packaging version 2.
    private static readonly string[] Details =
    [
        "packagingVersion", "name", "version", "maintainer", "description", "tags", "selected", "scm", "website", "framework", "preInstallNotes", "postInstallNotes",
        "postUninstallNotes", "licenses",
    ];

    private static readonly string[] NotInVersion2 = ["releaseVersion", "hasKnownIssues", "lastUpdated", "upgradesFrom", "downgradesTo", "manager", "kubernetes", "dependencies"];

    /// <summary>The whole of it, with pictures by way of this server.</summary>
    public static JsonObject Whole(PackageRevision revision, string origin)
    {
        JsonObject document = PackageRecord.Of(revision);
        ResourceAddresses.Lead(document.Object("resource"), origin);
        return document;
    }

    /// <summary>In version 2 of the answer, whose words are those of packaging version 3.</summary>
    public static JsonObject Version2(PackageRevision revision, string origin)
    {
        if (revision.PackagingVersion is not ("2.0" or "3.0" or "4.0") || revision.Package.Array("upgradesFrom") is { Count: > 0 } || revision.Package.Array("downgradesTo") is { Count: > 0 })
            throw CosmosErrors.ConversionFromPackageToV2DescribeResponse();
        JsonObject document = Whole(revision, origin);
        foreach (string field in NotInVersion2)
            document.Remove(field);
        document["packagingVersion"] = revision.PackagingVersion == "2.0" ? "2.0" : "3.0";
        document["selected"] = document.Boolean("selected") ?? false;
        document["framework"] = document.Boolean("framework") ?? false;
        return document;
    }

    /// <summary>What is said of an installed package.</summary>
    public static JsonObject Information(PackageRevision revision, string origin)
    {
        var details = new JsonObject();
        foreach (string field in Details)
        {
            if (revision.Package[field] is { } value)
                details[field] = value.DeepClone();
        }

        details["selected"] = details.Boolean("selected") ?? false;
        details["framework"] = details.Boolean("framework") ?? false;
        var information = new JsonObject { ["packageDefinition"] = details };
        if (revision.Resource is { } resource)
        {
            var shown = (JsonObject)resource.DeepClone();
            shown.Remove("cli");
            ResourceAddresses.Lead(shown, origin);
            information["resourceDefinition"] = shown;
        }

        return information;
    }

    /// <summary>What was rendered, as an app of Marathon with the labels by which Cosmos knows its own; of a template for Kubernetes its objects beside them.</summary>
    /// <param name="options">What was given, without defaults.</param>
    public static JsonObject Decorated(PackageRevision revision, RenderedPackage rendered, JsonObject options, string source, string appId)
    {
        JsonObject app = revision.MarathonTemplate is null
            ? new JsonObject { ["id"] = appId, ["objects"] = new JsonArray([.. rendered.Objects.Select(item => item.DeepClone())]) }
            : (JsonObject)rendered.Objects[0].DeepClone();
        JsonObject labels = app.ObjectOrNew("labels");
        labels["DCOS_PACKAGE_NAME"] = revision.Name;
        labels["DCOS_PACKAGE_VERSION"] = revision.Version;
        labels["DCOS_PACKAGE_SOURCE"] = source;
        labels["DCOS_PACKAGE_OPTIONS"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(CanonicalJson.Of(options)));
        labels["DCOS_PACKAGE_DEFINITION"] = Convert.ToBase64String(KubeJson.ToUtf8(new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["Content-Type"] = $"application/vnd.dcos.universe.package+json;charset=utf-8;version={(revision.PackagingVersion is "2.0" ? "v2" : revision.PackagingVersion is "3.0" ? "v3" : revision.PackagingVersion is "5.0" ? "v5" : "v4")}",
                ["Content-Encoding"] = "gzip",
            },
            ["data"] = Convert.ToBase64String(Packed(KubeJson.ToUtf8(PackageRecord.Of(revision)))),
        }));
        return app;
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(bytes);
        return packed.ToArray();
    }
}
