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

    private static decimal Amount(IDictionary<string, ResourceQuantity>? amounts, string resource) =>
        amounts is not null && amounts.TryGetValue(resource, out ResourceQuantity? quantity) ? quantity.ToDecimal() : 0;
}
