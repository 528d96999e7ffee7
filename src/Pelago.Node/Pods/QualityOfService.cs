// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Node.Pods;

/// <summary>The quality-of-service class of a pod (kubernetes pkg/apis/core/v1/helper/qos): who goes last when memory runs short.</summary>
internal static class QualityOfService
{
    private static readonly string[] Counted = ["cpu", "memory"];

    public static string Of(V1Pod pod)
    {
        IEnumerable<V1Container> all = pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []);
        bool any = false;
        bool guaranteed = true;
        foreach (V1Container container in all)
        {
            foreach (string resource in Counted)
            {
                decimal request = Amount(container.Resources?.Requests, resource);
                decimal limit = Amount(container.Resources?.Limits, resource);
                any |= request > 0 || limit > 0;
                guaranteed &= limit > 0 && (request == 0 || request == limit);
            }
        }
        return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }

    /// <summary>Whom the kernel ends first (kubernetes pkg/kubelet/qos): what asked for much of the node's memory after what asked for little.</summary>
    /// <param name="node">What the node has.</param>
    public static int OomScoreAdjust(V1Pod pod, V1Container container, IDictionary<string, ResourceQuantity> node)
    {
        const int Protected = -997, First = 1000, Least = 2, Most = 999;
        if (pod.Spec.PriorityClassName == "system-node-critical")
            return Protected;
        string quality = Of(pod);
        if (quality != "Burstable")
            return quality == "Guaranteed" ? Protected : First;
        decimal asked = Amount(container.Resources?.Requests, "memory") is > 0 and var request ? request : Amount(container.Resources?.Limits, "memory");
        decimal memory = Amount(node, "memory");
        return memory <= 0 ? Most : (int)Math.Clamp(First - (First * asked / memory), Least, Most);
    }

    private static decimal Amount(IDictionary<string, ResourceQuantity>? amounts, string resource) =>
        amounts is not null && amounts.TryGetValue(resource, out ResourceQuantity? quantity) ? quantity.ToDecimal() : 0;
}
