// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>The Services that select a pod, for controllers that keep addresses; and which pods count.</summary>
internal sealed class ServicePods
{
    private readonly ControllerContext _context;
    private readonly Informer<V1Service> _services;

    public ServicePods(ControllerContext context)
    {
        _context = context;
        _services = context.Of<V1Service>();
    }

    public Informer<V1Service> Services => _services;

    /// <summary>Calls back with each Service whose addresses a pod's change may concern.</summary>
    public void Watch(Action<ObjectKey> enqueue)
    {
        _services.AddHandler(change => enqueue(change.Key));
        _context.Pods.AddHandler(change =>
        {
            if (change is { Old: { } old, New: { } pod } && SameForEndpoints(old, pod))
                return;
            foreach (V1Service service in _services.Cache.ByIndex(PodIndexes.Namespace, change.Key.Namespace))
            {
                LabelSelector selector = service.Spec.Selector.ToSelector();
                if ((change.New is { } now && selector.Matches(now.Labels)) || (change.Old is { } before && selector.Matches(before.Labels)))
                    enqueue(new ObjectKey(change.Key.Namespace, service.Metadata.Name));
            }
        });
    }

    /// <summary>The pods with an address that a Service selects, in the order of their names; those on their way out only if asked for.</summary>
    /// <param name="rest">How long the Service is to rest after this look, which passes over all pods of the namespace.</param>
    public List<PodSummary> Of(V1Service service, bool withTerminating, out TimeSpan rest)
    {
        LabelSelector selector = service.Spec.Selector.ToSelector();
        PodSummary[] all = _context.Pods.Cache.ByIndex(PodIndexes.Namespace, service.Metadata.NamespaceProperty);
        List<PodSummary> selected =
        [
            .. all.Where(pod => pod.PodIP.Length > 0 && !pod.IsFinished && (withTerminating || !pod.IsDeleting) && selector.Matches(pod.Labels))
                .OrderBy(pod => pod.Key),
        ];
        rest = ReconcileResult.RestAfter(selected.Count, all.Length);
        return selected;
    }

    /// <summary>
    /// The number behind a Service port on one pod; null when the pod has no port of that name. Where the node assigned another one, that one.
    /// </summary>
    public static int? PortOn(V1ServicePort port, PodSummary pod) =>
        DeclaredPort(port, pod) is { } declared ? AssignedPorts.Find(AssignmentsOf(pod), declared) : null;

    private static string AssignmentsOf(PodSummary pod) => pod.Annotations?.GetValueOrDefault(AssignedPorts.Annotation) ?? "";

    private static int? DeclaredPort(V1ServicePort port, PodSummary pod)
    {
        string target = port.TargetPort?.Value ?? "";
        if (target.Length == 0 || target == "0")
            return port.Port;
        if (int.TryParse(target, out int number))
            return number;
        string protocol = port.Protocol ?? "TCP";
        foreach (NamedPort named in pod.NamedPorts)
        {
            if (named.Name == target && named.Protocol == protocol)
                return named.Port;
        }
        return null;
    }

    private static bool SameForEndpoints(PodSummary old, PodSummary pod) =>
        old.IsReady == pod.IsReady && old.PodIP == pod.PodIP && old.Phase == pod.Phase && old.IsDeleting == pod.IsDeleting && old.NodeName == pod.NodeName
        && ReferenceEquals(old.Labels, pod.Labels) && AssignmentsOf(old) == AssignmentsOf(pod);
}
