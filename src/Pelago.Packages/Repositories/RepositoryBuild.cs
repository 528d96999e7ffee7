// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client.Local;
using Pelago.Kube;
using Pelago.Packages.Format;

namespace Pelago.Packages.Repositories;

/// <summary>Makes one document of a folder of packages.</summary>
public static class RepositoryBuild
{
    /// <summary>The document's UTF-8; null when a package is not valid, which <paramref name="faults"/> then says.</summary>
    public static byte[]? Build(string directory, List<PackageFault> faults)
    {
        var reader = new PackageReader();
        var packages = new JsonArray();
        foreach (RevisionFolder folder in RevisionFolder.In(directory))
        {
            if (reader.Read(folder, faults) is { } revision)
                packages.Add((JsonNode)RepositoryDocument.FromRevision(revision));
        }

        return faults.Exists(fault => !fault.IsWarning) ? null : KubeJson.ToUtf8(new JsonObject { ["packages"] = packages });
    }

    /// <summary>Writes a file whole or not at all.</summary>
    public static void Write(string file, byte[] bytes) => AtomicFile.Write(file, bytes, AtomicFile.Readable);
}
