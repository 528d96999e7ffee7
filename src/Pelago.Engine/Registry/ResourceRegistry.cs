// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Registry;

/// <summary>
/// The kinds that are served. Readers take <see cref="Current"/>, an immutable snapshot; changes swap it under one lock and are
/// then told to the observers, in order.
/// </summary>
internal sealed class ResourceRegistry
{
    private readonly Lock _changes = new();
    private readonly List<Action<RegistrySnapshot>> _observers = [];
    private RegistrySnapshot _current;

    public ResourceRegistry(IEnumerable<ResourceKind> kinds) => _current = new RegistrySnapshot(1, [.. kinds]);

    public RegistrySnapshot Current => Volatile.Read(ref _current);

    /// <summary>Calls back at every change, inside its lock: the observer must be quick and must not change the registry.</summary>
    public void Observe(Action<RegistrySnapshot> observer)
    {
        lock (_changes)
            _observers.Add(observer);
    }

    /// <summary>Adds a kind, or replaces the one of the same group and plural.</summary>
    public void Set(ResourceKind kind)
    {
        lock (_changes)
        {
            var kinds = new List<ResourceKind>(_current.Kinds);
            int at = kinds.FindIndex(present => present.GroupResource == kind.GroupResource);
            if (at >= 0)
                kinds[at] = kind;
            else
                kinds.Add(kind);
            Swap(kinds);
        }
    }

    /// <summary>Stops serving a kind; false when it was not served.</summary>
    public bool Remove(GroupResource resource)
    {
        lock (_changes)
        {
            var kinds = new List<ResourceKind>(_current.Kinds);
            if (kinds.RemoveAll(present => present.GroupResource == resource) == 0)
                return false;
            Swap(kinds);
            return true;
        }
    }

    private void Swap(List<ResourceKind> kinds)
    {
        var next = new RegistrySnapshot(_current.Generation + 1, kinds);
        Volatile.Write(ref _current, next);
        foreach (Action<RegistrySnapshot> observer in _observers)
            observer(next);
    }
}
