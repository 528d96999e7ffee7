// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Marathon;

/// <summary>What each instance of an app asks for: processors are a share, memory a limit, both as Mesos has them.</summary>
internal static class MarathonResources
{
    public static void Map(MarathonFields app, JsonObject container)
    {
        JsonObject requests = [], limits = [];
        if (app.Number("cpus") is > 0 and { } cpus)
            requests["cpu"] = $"{Math.Ceiling(cpus * 1000).ToString(CultureInfo.InvariantCulture)}m";
        if (app.Number("mem") is > 0 and { } memory)
        {
            string mebibytes = $"{Math.Ceiling(memory).ToString(CultureInfo.InvariantCulture)}Mi";
            requests["memory"] = mebibytes;
            limits["memory"] = mebibytes;
        }

        if (app.Number("disk") is > 0 and { } disk)
            requests["ephemeral-storage"] = $"{Math.Ceiling(disk).ToString(CultureInfo.InvariantCulture)}Mi";
        if (app.Number("gpus") is > 0 and { } gpus)
            limits["nvidia.com/gpu"] = Math.Ceiling(gpus).ToString(CultureInfo.InvariantCulture);
        if (requests.Count > 0)
            container.ObjectOrNew("resources")["requests"] = requests;
        if (limits.Count > 0)
            container.ObjectOrNew("resources")["limits"] = limits;
    }
}
