// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>
/// The ports of one node that can be given to pods: what the node offers, without what its pods have and what was given back a moment ago.
/// Made when the first pod asks, from the pods that are there; kept up to date port by port from then on.
/// </summary>
internal sealed class NodePorts(NodeState node)
{
    private PortSet? _free;

    /// <summary>Ports that nobody gets before that time.</summary>
    private Dictionary<int, DateTimeOffset>? _resting;

    private PortSet Free => _free ??= Build();

    private NodePortReport Offer => node.View?.Ports ?? NodePortReport.Default;

    /// <summary>The node offers other ports than before.</summary>
    public void OfferChanged() => _free = null;

    /// <summary>Whether a pod's ports are there beside those of pods that are about to come.</summary>
    public bool Fits(PodClass pod, IReadOnlyList<PodView> alsoThere)
    {
        if (pod.PortRequests is not { } wanted)
            return true;
        bool isCount = wanted.IsAnywhere && alsoThere.Count == 0 && pod.HostPorts.Length == 0;
        return isCount ? Free.Count >= wanted.Count : Choose(pod, alsoThere) is not null;
    }

    /// <summary>Whether they will be there as soon as those that rest now may be given again.</summary>
    public bool FitsAfterRest(PodClass pod, IReadOnlyList<PodView> alsoThere)
    {
        if (_resting is null or { Count: 0 })
            return false;
        PortSet free = Free.Clone();
        foreach (int port in _resting.Keys.Where(IsOffered))
            free.Add(port);
        return Choose(free, pod, alsoThere) is not null;
    }

    /// <summary>The ports that a pod would get; null when they are not there. Changes nothing: they are taken when the pod is put on the node.</summary>
    public HostPortAllocation? Choose(PodClass pod, IReadOnlyList<PodView> alsoThere) => Choose(Free.Clone(), pod, alsoThere);

    /// <summary>Whether a port was given to one of the node's pods, as <see cref="HostPortRequests"/> ask for it.</summary>
    public bool IsGiven(int port) => node.Pods.Values.Any(pod => pod.Ports?.Ports.Contains(port) == true);

    public void Take(PodView pod)
    {
        if (_free is null)
            return;
        if (pod.Ports is { } given)
            _free.ExceptWith(given.Ports);
        foreach (HostPort port in pod.Class.HostPorts)
            _free.Remove(port.Port);
    }

    /// <summary>After the pod has left the node; its ports are free at once.</summary>
    public void Return(PodView pod)
    {
        foreach (int port in Of(pod))
            Return(port);
    }

    /// <summary>After the pod has left the node; its ports rest until a time, when <see cref="EndRest"/> is to be called for each.</summary>
    public void Rest(PodView pod, DateTimeOffset until)
    {
        _resting ??= [];
        foreach (int port in Of(pod))
            _resting[port] = until;
    }

    /// <summary>False when the port was used and given back again meanwhile, and rests still.</summary>
    public bool EndRest(int port, DateTimeOffset now)
    {
        if (_resting is null || !_resting.TryGetValue(port, out DateTimeOffset until) || until > now)
            return false;
        _resting.Remove(port);
        Return(port);
        return true;
    }

    /// <summary>All ports of the node that a pod has.</summary>
    public static IEnumerable<int> Of(PodView pod)
    {
        foreach (HostPort port in pod.Class.HostPorts)
            yield return port.Port;
        if (pod.Ports is null)
            yield break;
        foreach (PortRange range in pod.Ports.Ports.Ranges.ToArray())
        {
            for (int port = range.First; port <= range.Last; port++)
                yield return port;
        }
    }

    private static HostPortAllocation? Choose(PortSet free, PodClass pod, IReadOnlyList<PodView> alsoThere)
    {
        foreach (PodClass other in alsoThere.Select(other => other.Class).Prepend(pod))
        {
            foreach (HostPort port in other.HostPorts)
                free.Remove(port.Port);
        }
        foreach (PodView other in alsoThere)
        {
            if (other.Class.PortRequests is { } before && !before.TryTake(free, out _))
                return null;
        }
        return pod.PortRequests!.TryTake(free, out HostPortAllocation? chosen) ? chosen : null;
    }

    private void Return(int port)
    {
        if (_free is not null && _resting?.ContainsKey(port) != true && IsOffered(port))
            _free.Add(port);
    }

    /// <summary>The node has it to give, and no pod uses it.</summary>
    private bool IsOffered(int port) =>
        Offer.Window.Contains(port) && !Offer.Busy.Contains(port) && !IsGiven(port) && !node.HostPorts.Exists(used => used.Port == port);

    private PortSet Build()
    {
        PortSet free = Offer.ToFree();
        foreach (PodView pod in node.Pods.Values)
        {
            foreach (int port in Of(pod))
                free.Remove(port);
        }
        foreach (int port in _resting?.Keys ?? Enumerable.Empty<int>())
            free.Remove(port);
        return free;
    }
}
