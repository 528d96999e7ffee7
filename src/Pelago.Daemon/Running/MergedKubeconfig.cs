// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Daemon.Running;

/// <summary>Several kubeconfigs as one: all clusters, users and contexts; the first one's current context.</summary>
internal static class MergedKubeconfig
{
    private static readonly string[] Lists = ["clusters", "users", "contexts"];

    public static byte[] Of(IReadOnlyList<byte[]> files)
    {
        JsonObject merged = Read(files[0]);
        foreach (JsonObject other in files.Skip(1).Select(Read))
        {
            foreach (string list in Lists)
            {
                foreach (JsonNode? item in other.Array(list) ?? [])
                    merged.Array(list)!.Add(item?.DeepClone());
            }
        }

        return KubeJson.ToUtf8(merged);
    }

    private static JsonObject Read(byte[] file) => YamlReader.TryReadFirst(file, out YamlDocument? document, out string? error)
        ? KubeJson.ParseObject(document.Json)
        : throw new DaemonException($"a kubeconfig of this home cannot be read: {error}; remove it, the next start writes it again");
}
