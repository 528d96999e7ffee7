// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Kube;
using Pelago.Node.Ports;

namespace Pelago.Node.Pods;

/// <summary>What a pod takes of its node, as admission counts it.</summary>
/// <param name="Amounts">In the order of <see cref="Resources"/>.</param>
/// <param name="Ports">Of the node.</param>
internal sealed record PodDemand(decimal[] Amounts, IReadOnlyList<HostPort> Ports)
{
    public static readonly string[] Resources = ["cpu", "memory", "ephemeral-storage"];
    private static readonly string[] Protocols = ["TCP", "UDP", "SCTP"];

    public static PodDemand Of(V1Pod pod) => new([.. Resources.Select(resource => Request(pod, resource))], [.. Declared(pod).Concat(Given(pod))]);

    /// <summary>The larger of what all regular containers and sidecars take together, and what an init container takes beside the sidecars before it.</summary>
    private static decimal Request(V1Pod pod, string resource)
    {
        decimal together = 0;
        foreach (V1Container container in pod.Spec.Containers)
            together += Amount(container, resource);
        decimal sidecars = 0;
        decimal most = 0;
        foreach (PodContainer container in PodContainer.InitOf(pod))
        {
            decimal amount = Amount(container.Spec, resource);
            if (container.Kind == ContainerKind.Sidecar)
                sidecars += amount;
            else
                most = Math.Max(most, amount + sidecars);
        }
        decimal overhead = pod.Spec.Overhead is not null && pod.Spec.Overhead.TryGetValue(resource, out ResourceQuantity? extra) ? extra.ToDecimal() : 0;
        return Math.Max(together + sidecars, most) + overhead;
    }

    private static decimal Amount(V1Container container, string resource) =>
        container.Resources?.Requests is { } requests && requests.TryGetValue(resource, out ResourceQuantity? quantity) ? quantity.ToDecimal() : 0;

    /// <summary>What the scheduler gives is for every protocol.</summary>
    private static IEnumerable<HostPort> Given(V1Pod pod)
    {
        if (HostPorts.Of(pod) is not { } given)
            return [];
        return given.Ports.Ranges.ToArray().SelectMany(range => Enumerable.Range(range.First, range.Count)).SelectMany(port => Protocols.Select(protocol => new HostPort("", protocol, port)));
    }

    private static IEnumerable<HostPort> Declared(V1Pod pod) =>
        pod.Spec.Containers.SelectMany(container => container.Ports ?? []).Where(port => port.HostPort > 0)
            .Select(port => new HostPort(port.HostIP ?? "", port.Protocol ?? "TCP", port.HostPort!.Value));
}
