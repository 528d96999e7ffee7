// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.Packages.Repositories;

namespace Pelago.Packages.Releases;

/// <summary>A package as a document that <see cref="RecordStore"/> keeps: the form in which repositories send it.</summary>
public static class PackageRecord
{
    public static JsonObject Of(PackageRevision package) => RepositoryDocument.FromRevision(package);

    /// <summary>The package, checked as one from a repository is; null when it is none.</summary>
    public static PackageRevision? Read(JsonObject document)
    {
        using var parsed = JsonDocument.Parse(KubeJson.ToUtf8(document), new JsonDocumentOptions { MaxDepth = KubeJson.MaxDepth });
        return new DocumentCheck().Read(parsed.RootElement) is { } whole ? RepositoryDocument.ToRevision(whole) : null;
    }
}
