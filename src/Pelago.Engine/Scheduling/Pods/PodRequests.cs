// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>
/// What a pod takes from its node: the containers and sidecars together, or an init container with the sidecars started before it where that is
/// more, and the overhead of its runtime (k8s.io/component-helpers resource.PodRequests).
/// </summary>
internal static class PodRequests
{
    /// <summary>The requests, and how many containers at once ask for no CPU and for no memory.</summary>
    public static (long[] Requests, long WithoutCpu, long WithoutMemory) Of(JsonObject source, ResourceNames names)
    {
        long[] total = [];
        long withoutCpu = 0, withoutMemory = 0;
        foreach (JsonObject container in Containers(source, "containers").Concat(Sidecars(source)))
        {
            long[] requests = OfContainer(container, names);
            withoutCpu += ResourceAmounts.Get(requests, ResourceNames.Cpu) == 0 ? 1 : 0;
            withoutMemory += ResourceAmounts.Get(requests, ResourceNames.Memory) == 0 ? 1 : 0;
            ResourceAmounts.Add(ref total, requests);
        }

        long[] sidecars = [];
        foreach (JsonObject container in Containers(source, "initContainers"))
        {
            long[] atOnce = [];
            ResourceAmounts.Add(ref atOnce, sidecars);
            ResourceAmounts.Add(ref atOnce, OfContainer(container, names));
            ResourceAmounts.Max(ref total, atOnce);
            if (IsSidecar(container))
                sidecars = atOnce;
        }

        ResourceAmounts.Add(ref total, ResourceAmounts.Read(source.Object("overhead"), names));
        return (total, withoutCpu, withoutMemory);
    }

    public static IEnumerable<JsonObject> Containers(JsonObject source, string field) => (source.Array(field) ?? []).OfType<JsonObject>();

    /// <summary>Init containers that go on running beside the others.</summary>
    public static IEnumerable<JsonObject> Sidecars(JsonObject source) => Containers(source, "initContainers").Where(IsSidecar);

    private static bool IsSidecar(JsonObject container) => container.String("restartPolicy") == "Always";

    /// <summary>Limits stand in for requests that are not there; an API server does the same on the way in.</summary>
    private static long[] OfContainer(JsonObject container, ResourceNames names)
    {
        JsonObject? resources = container.Object("resources");
        long[] requests = ResourceAmounts.Read(resources?.Object("requests"), names);
        long[] limits = ResourceAmounts.Read(resources?.Object("limits"), names);
        for (int i = 0; i < limits.Length; i++)
        {
            if (limits[i] != 0 && resources?.Object("requests")?.ContainsKey(names[i]) != true)
            {
                long[] one = new long[i + 1];
                one[i] = limits[i];
                ResourceAmounts.Add(ref requests, one);
            }
        }

        return requests;
    }
}
