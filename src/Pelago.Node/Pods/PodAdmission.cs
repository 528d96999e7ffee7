// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using k8s.Models;
using Pelago.Kube;
using Pelago.Node.Ports;

namespace Pelago.Node.Pods;

/// <summary>
/// Checks once more, where the pod is to run, what the scheduler decided (kubernetes pkg/kubelet/lifecycle/predicate.go): two pods bound at the same
/// moment may not both fit, and a pod may name its node itself.
/// </summary>
internal sealed class PodAdmission(IDictionary<string, ResourceQuantity> allocatable, IDictionary<string, string> nodeLabels)
{
    /// <param name="others">The other pods of this node that are not over.</param>
    public PodVerdict? Check(V1Pod pod, IReadOnlyCollection<V1Pod> others)
    {
        foreach ((string key, string value) in pod.Spec.NodeSelector ?? new Dictionary<string, string>())
        {
            if (!nodeLabels.TryGetValue(key, out string? actual) || actual != value)
                return new PodVerdict("NodeAffinity", "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector");
        }
        if (HostPorts.AreMissing(pod))
        {
            return new PodVerdict(
                "NodePorts",
                $"Pod was rejected: it asks for ports of the node (annotation {HostPortRequests.Annotation}) and was given none, because it was not placed by the scheduler; leave out spec.nodeName");
        }
        if (SharesHostPort(pod, others))
            return new PodVerdict("NodePorts", "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports");
        return CheckResources(pod, others);
    }

    private PodVerdict? CheckResources(V1Pod pod, IReadOnlyCollection<V1Pod> others)
    {
        if (others.Count + 1 > Allocatable("pods"))
            return Lacks("pods", 1, others.Count, Allocatable("pods"));
        foreach (string resource in new[] { "cpu", "memory", "ephemeral-storage" })
        {
            decimal requested = Request(pod, resource);
            decimal used = others.Sum(other => Request(other, resource));
            if (requested > 0 && used + requested > Allocatable(resource))
                return Lacks(resource, requested, used, Allocatable(resource));
        }
        return null;
    }

    private static PodVerdict Lacks(string resource, decimal requested, decimal used, decimal capacity)
    {
        // Processors are counted in thousandths in this message.
        decimal unit = resource == "cpu" ? 1000 : 1;
        return new PodVerdict(
            $"OutOf{resource}",
            string.Create(CultureInfo.InvariantCulture, $"Pod was rejected: Node didn't have enough resource: {resource}, requested: {requested * unit:0}, used: {used * unit:0}, capacity: {capacity * unit:0}"));
    }

    private decimal Allocatable(string resource) =>
        allocatable.TryGetValue(resource, out ResourceQuantity? quantity) ? quantity.ToDecimal() : decimal.MaxValue;

    /// <summary>The larger of what all regular containers and sidecars take together, and what an init container takes beside the sidecars before it.</summary>
    public static decimal Request(V1Pod pod, string resource)
    {
        decimal together = pod.Spec.Containers.Sum(container => Amount(container, resource));
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

    private static bool SharesHostPort(V1Pod pod, IReadOnlyCollection<V1Pod> others)
    {
        HashSet<(int, string)> wanted = [.. Taken(pod)];
        return wanted.Count > 0 && others.SelectMany(Taken).Any(wanted.Contains);
    }

    private static IEnumerable<(int Port, string Protocol)> Taken(V1Pod pod) => Declared(pod).Concat(Given(pod));

    /// <summary>What the scheduler gives is for every protocol.</summary>
    private static IEnumerable<(int Port, string Protocol)> Given(V1Pod pod) => (HostPorts.Of(pod)?.Ports.Ranges.ToArray() ?? [])
        .SelectMany(range => Enumerable.Range(range.First, range.Count)).SelectMany(port => new[] { (port, "TCP"), (port, "UDP"), (port, "SCTP") });

    private static IEnumerable<(int Port, string Protocol)> Declared(V1Pod pod) =>
        pod.Spec.Containers.SelectMany(container => container.Ports ?? []).Where(port => port.HostPort > 0).Select(port => (port.HostPort!.Value, port.Protocol ?? "TCP"));
}
