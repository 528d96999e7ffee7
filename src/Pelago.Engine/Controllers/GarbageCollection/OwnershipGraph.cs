// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// Who owns whom, by uid, kept current by the informers (garbagecollector/graph_builder.go). It decides nothing: what may have to go, or to
/// be orphaned, is put into the two queues. One lock; nothing waits under it.
/// </summary>
internal sealed class OwnershipGraph(WorkQueue<string> toDelete, WorkQueue<string> toOrphan, Action<GraphView, OwnerReference> invalidNamespace)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, GraphNode> _nodes = new(StringComparer.Ordinal);

    public void Changed(DiscoveredResource resource, InformerEvent<GraphObject> change)
    {
        lock (_gate)
        {
            if (change.New is { } present)
                Put(resource, present);
            else
                Remove(change.Old!.Uid);
        }
    }

    /// <summary>A worker asked the cluster, and an object that is only referred to is not there.</summary>
    public void ConfirmedAbsent(string uid)
    {
        lock (_gate)
        {
            if (_nodes.TryGetValue(uid, out GraphNode? node) && node.IsVirtual)
                Remove(uid);
        }
    }

    public GraphView? View(string uid)
    {
        lock (_gate)
            return _nodes.TryGetValue(uid, out GraphNode? node) ? View(node) : null;
    }

    /// <summary>Whether an object in foreground deletion waits for another one, itself or through what it waits for.</summary>
    public bool Awaits(string uid, string other)
    {
        lock (_gate)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            var next = new Stack<string>([uid]);
            while (next.TryPop(out string? at))
            {
                if (!seen.Add(at) || !_nodes.TryGetValue(at, out GraphNode? node) || !node.IsDeletingDependents)
                    continue;
                foreach (GraphNode dependent in node.Dependents.Where(dependent => dependent.Blocks(at)))
                {
                    if (dependent.Uid == other)
                        return true;
                    next.Push(dependent.Uid);
                }
            }
            return false;
        }
    }

    /// <summary>Unfinished business of all: a kind that was unknown may be known now.</summary>
    public void RetryVirtual()
    {
        lock (_gate)
        {
            foreach (GraphNode node in _nodes.Values.Where(node => node.IsVirtual))
                toDelete.Add(node.Uid);
        }
    }

    private static GraphView View(GraphNode node) => new(
        node.Uid, node.ApiVersion, node.Kind, node.Key, node.Resource, node.IsVirtual, node.IsDeleting, node.IsDeletingDependents,
        [.. node.Dependents.Select(dependent => new GraphDependent(
            dependent.Uid, dependent.Key, dependent.Resource, dependent.Blocks(node.Uid),
            dependent.IsDeletingDependents))]);

    private void Put(DiscoveredResource resource, GraphObject present)
    {
        if (!_nodes.TryGetValue(present.Uid, out GraphNode? node))
            _nodes[present.Uid] = node = new GraphNode(present.Uid);
        bool startsForeground = present is { IsDeleting: true, HasForegroundFinalizer: true } && !node.IsDeletingDependents;
        bool startsOrphaning = present is { IsDeleting: true, HasOrphanFinalizer: true };
        bool wasVirtual = node.IsVirtual;
        node.IsVirtual = false;
        node.ApiVersion = resource.Resource.GroupVersion.ToString();
        node.Kind = resource.Kind;
        node.Key = present.Key;
        node.Resource = resource.Resource;
        node.IsDeleting = present.IsDeleting;
        node.IsDeletingDependents |= startsForeground;
        Relink(node, present.Owners);
        if (wasVirtual)
            CheckNamespaces(node);
        if (startsOrphaning)
            toOrphan.Add(node.Uid);
        if (!startsForeground)
            return;
        foreach (GraphNode dependent in node.Dependents)
            toDelete.Add(dependent.Uid);
        toDelete.Add(node.Uid);
    }

    private void Relink(GraphNode node, IReadOnlyList<OwnerReference> owners)
    {
        IReadOnlyList<OwnerReference> before = node.Owners;
        if (before.SequenceEqual(owners))
            return;
        node.Owners = owners;
        foreach (OwnerReference old in before.ExceptBy(owners.Select(owner => owner.Uid), owner => owner.Uid))
        {
            if (_nodes.TryGetValue(old.Uid, out GraphNode? former))
                former.Dependents.Remove(node);
        }
        // A reference that was dropped, or no longer blocks, may be all that an owner waited for.
        foreach (OwnerReference old in before)
        {
            if (_nodes.TryGetValue(old.Uid, out GraphNode? waiting) && waiting.IsDeletingDependents)
                toDelete.Add(waiting.Uid);
        }
        foreach (OwnerReference owner in owners)
            Link(node, owner);
    }

    private void Link(GraphNode node, OwnerReference reference)
    {
        if (!_nodes.TryGetValue(reference.Uid, out GraphNode? owner))
        {
            owner = new GraphNode(reference.Uid)
            {
                IsVirtual = true, ApiVersion = reference.ApiVersion, Kind = reference.Kind, Key = new ObjectKey(node.Key.Namespace, reference.Name),
            };
            _nodes[reference.Uid] = owner;
            toDelete.Add(owner.Uid);
        }
        owner.Dependents.Add(node);
        if (!owner.IsVirtual && Misplaced(node, owner))
            Report(node, reference);
        else if (owner.IsDeletingDependents)
            toDelete.Add(node.Uid);
    }

    private void CheckNamespaces(GraphNode owner)
    {
        foreach (GraphNode dependent in owner.Dependents.Where(dependent => Misplaced(dependent, owner)))
            Report(dependent, dependent.Owners.First(reference => reference.Uid == owner.Uid));
    }

    /// <summary>An owner lives in the namespace of its dependents, or in none.</summary>
    private static bool Misplaced(GraphNode dependent, GraphNode owner) =>
        owner.Key.Namespace.Length > 0 && owner.Key.Namespace != dependent.Key.Namespace;

    private void Report(GraphNode dependent, OwnerReference reference)
    {
        invalidNamespace(View(dependent), reference);
        toDelete.Add(dependent.Uid);
    }

    private void Remove(string uid)
    {
        if (!_nodes.Remove(uid, out GraphNode? node))
            return;
        foreach (OwnerReference reference in node.Owners)
        {
            if (!_nodes.TryGetValue(reference.Uid, out GraphNode? owner))
                continue;
            owner.Dependents.Remove(node);
            if (owner.IsDeletingDependents)
                toDelete.Add(owner.Uid);
            if (owner is { IsVirtual: true, Dependents.Count: 0 })
                _nodes.Remove(owner.Uid);
        }
        foreach (GraphNode dependent in node.Dependents)
            toDelete.Add(dependent.Uid);
    }
}
