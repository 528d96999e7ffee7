// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using k8s.Models;
using Pelago.Kube;
using Pelago.Node.Ports;
using Pelago.Node.Registration;

namespace Pelago.Node.Pods;

/// <summary>
/// Checks once more, where the pod is to run, what the scheduler decided (kubernetes pkg/kubelet/lifecycle/predicate.go): two pods bound at the same
/// moment may not both fit, and a pod may name its node itself. Counts what the pods that it let in take, until they are over. Thread-safe.
/// </summary>
internal sealed class PodAdmission(IDictionary<string, ResourceQuantity> allocatable, NodeLabels labels)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PodDemand> _admitted = new(StringComparer.Ordinal);
    private readonly decimal[] _used = new decimal[PodDemand.Resources.Length];
    private readonly List<HostPort> _ports = [];

    /// <summary>Lets a pod in, or says why not.</summary>
    public async ValueTask<PodVerdict?> AdmitAsync(V1Pod pod, CancellationToken cancel) =>
        await labels.SatisfyAsync(pod.Spec.NodeSelector, cancel)
            ? Admit(pod)
            : new PodVerdict("NodeAffinity", "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector");

    /// <summary>The same, of a pod that selects this node.</summary>
    public PodVerdict? Admit(V1Pod pod)
    {
        if (HostPorts.AreMissing(pod))
        {
            return new PodVerdict(
                "NodePorts",
                $"Pod was rejected: it asks for ports of the node (annotation {HostPortRequests.Annotation}) and was given none, because it was not placed by the scheduler; leave out spec.nodeName");
        }
        if (pod.Spec.Os?.Name is { Length: > 0 } and not "linux")
            return new PodVerdict("PodOSNotSupported", "Pod was rejected: Failed to admit pod as the OS field doesn't match node OS");
        if (PodSysctls.Forbidden(pod) is { } sysctl)
            return new PodVerdict("SysctlForbidden", $"Pod was rejected: forbidden sysctl: {sysctl}");
        PodDemand demand = PodDemand.Of(pod);
        lock (_gate)
        {
            if (_admitted.ContainsKey(pod.Metadata.Uid))
                return null;
            if (demand.Ports.Any(port => _ports.Exists(port.ConflictsWith)))
                return new PodVerdict("NodePorts", "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports");
            if (CheckResources(demand) is { } lacks)
                return lacks;
            Count(pod.Metadata.Uid, demand);
        }
        return null;
    }

    /// <summary>Counts a pod that ran here before this daemon did: it is not asked again whether it fits.</summary>
    public void Keep(V1Pod pod)
    {
        PodDemand demand = PodDemand.Of(pod);
        lock (_gate)
        {
            if (!_admitted.ContainsKey(pod.Metadata.Uid))
                Count(pod.Metadata.Uid, demand);
        }
    }

    /// <summary>The pod is over, or gone.</summary>
    public void Release(string uid)
    {
        lock (_gate)
        {
            if (!_admitted.Remove(uid, out PodDemand? demand))
                return;
            for (int i = 0; i < _used.Length; i++)
                _used[i] -= demand.Amounts[i];
            foreach (HostPort port in demand.Ports)
                _ports.Remove(port);
        }
    }

    private void Count(string uid, PodDemand demand)
    {
        _admitted.Add(uid, demand);
        for (int i = 0; i < _used.Length; i++)
            _used[i] += demand.Amounts[i];
        _ports.AddRange(demand.Ports);
    }

    private PodVerdict? CheckResources(PodDemand demand)
    {
        if (_admitted.Count + 1 > Allocatable("pods"))
            return Lacks("pods", 1, _admitted.Count, Allocatable("pods"));
        for (int i = 0; i < _used.Length; i++)
        {
            string resource = PodDemand.Resources[i];
            if (demand.Amounts[i] > 0 && _used[i] + demand.Amounts[i] > Allocatable(resource))
                return Lacks(resource, demand.Amounts[i], _used[i], Allocatable(resource));
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
}
