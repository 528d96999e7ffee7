// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Marathon;

/// <summary>Folders of the node, and volumes that each instance keeps.</summary>
internal static class MarathonVolumes
{
    /// <summary>The claims that each instance has.</summary>
    public static JsonArray Map(MarathonFields container, JsonObject pod, JsonObject target)
    {
        JsonArray mounts = [], volumes = [], claims = [];
        IReadOnlyList<MarathonFields> all = container.Objects("volumes");
        for (int i = 0; i < all.Count; i++)
        {
            MarathonFields volume = all[i], persistent = volume.Object("persistent");
            string name = $"volume{i}", path = volume.String("containerPath") ?? "", host = volume.String("hostPath") ?? "";
            double? size = persistent.Number("size");
            if (path.Length == 0 || (host.Length == 0 && size is null))
            {
                volume.Note("containerPath", $"the volume at \"{path}\" is neither a folder of the node nor one that an instance keeps");
                continue;
            }

            // In the sandbox of Mesos a path may be relative.
            var mount = new JsonObject { ["name"] = name, ["mountPath"] = path.StartsWith('/') ? path : $"/mnt/mesos/sandbox/{path}" };
            if (volume.String("mode") == "RO")
                mount["readOnly"] = true;
            mounts.Add((JsonNode)mount);
            if (host.Length > 0)
                volumes.Add((JsonNode)new JsonObject { ["name"] = name, ["hostPath"] = new JsonObject { ["path"] = host } });
            else
                claims.Add((JsonNode)Claim(name, size!.Value, persistent.String("type")));
        }

        if (mounts.Count > 0)
            target["volumeMounts"] = mounts;
        if (volumes.Count > 0)
            pod["volumes"] = volumes;
        return claims;
    }

    private static JsonObject Claim(string name, double megabytes, string? type)
    {
        var claim = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["accessModes"] = new JsonArray("ReadWriteOnce"),
                ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = $"{Math.Ceiling(megabytes).ToString(CultureInfo.InvariantCulture)}Mi" } },
            },
        };
        if (!string.IsNullOrEmpty(type))
            claim.Object("metadata")!["annotations"] = new JsonObject { ["marathon.pelago.dev/disk-type"] = type };
        return claim;
    }
}
