// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Admission;

/// <summary>
/// The volume <c>kube-api-access-xxxxx</c> with which a container reaches the API: token, authority and namespace at the path where all
/// clients look for them.
/// </summary>
internal static class TokenVolume
{
    private const string Prefix = "kube-api-access-";
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    // a little over an hour, by which the API server knows that the pod did not choose it (see TokenRequests)
    private const int ExpirationSeconds = 3607;
    private const int DefaultMode = 0x1a4; // octal 644

    /// <summary>Mounts it into each container that has nothing at its path.</summary>
    public static void Mount(JsonObject spec)
    {
        JsonObject[] bare =
        [
            .. Containers(spec, "initContainers").Concat(Containers(spec, "containers"))
                .Where(container => !Mounts(container).Any(mount => mount.String("mountPath") == MountPath)),
        ];
        if (bare.Length == 0)
            return;
        string? present = (spec.Array("volumes") ?? []).OfType<JsonObject>()
            .Select(volume => volume.String("name"))
            .FirstOrDefault(name => name is not null && name.StartsWith(Prefix, StringComparison.Ordinal));
        string volume = present ?? Prefix + GeneratedName.Suffix(5, Random.Shared);
        foreach (JsonObject container in bare)
            Append(container, "volumeMounts", new JsonObject { ["name"] = volume, ["readOnly"] = true, ["mountPath"] = MountPath });
        if (present is null)
            Append(spec, "volumes", Volume(volume));
    }

    private static JsonObject Volume(string name) => new()
    {
        ["name"] = name,
        ["projected"] = new JsonObject
        {
            ["sources"] = new JsonArray(
                new JsonObject { ["serviceAccountToken"] = new JsonObject { ["expirationSeconds"] = ExpirationSeconds, ["path"] = "token" } },
                new JsonObject
                {
                    ["configMap"] = new JsonObject
                    {
                        ["name"] = "kube-root-ca.crt", ["items"] = new JsonArray(new JsonObject { ["key"] = "ca.crt", ["path"] = "ca.crt" }),
                    },
                },
                new JsonObject
                {
                    ["downwardAPI"] = new JsonObject
                    {
                        ["items"] = new JsonArray(new JsonObject
                        {
                            ["path"] = "namespace", ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" },
                        }),
                    },
                }),
            ["defaultMode"] = DefaultMode,
        },
    };

    private static IEnumerable<JsonObject> Containers(JsonObject spec, string field) => (spec.Array(field) ?? []).OfType<JsonObject>();

    private static IEnumerable<JsonObject> Mounts(JsonObject container) => (container.Array("volumeMounts") ?? []).OfType<JsonObject>();

    private static void Append(JsonObject parent, string field, JsonObject item)
    {
        if (parent.Array(field) is not { } array)
            parent[field] = array = [];
        array.Add((JsonNode)item);
    }
}
