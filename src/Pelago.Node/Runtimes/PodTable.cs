// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;

namespace Pelago.Node.Runtimes;

/// <summary>
/// What a runtime has, by its id and by the uid of its pod: each step of a pod asks for what is its own, and may not have to look through what
/// thousands of others have. Thread-safe.
/// </summary>
internal sealed class PodTable<T>(Func<T, string> idOf, Func<T, string> podOf)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, T> _all = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<T>> _pods = new(StringComparer.Ordinal);

    public T? Find(string id)
    {
        lock (_gate)
            return _all.GetValueOrDefault(id);
    }

    public bool TryFind(string id, [NotNullWhen(true)] out T? item) => (item = Find(id)) is not null;

    /// <summary>Those of one pod, or all of them; a copy.</summary>
    public IReadOnlyList<T> Of(string? podUid)
    {
        lock (_gate)
            return podUid is null ? [.. _all.Values] : _pods.TryGetValue(podUid, out List<T>? own) ? [.. own] : [];
    }

    /// <summary>Takes the place of what has the same id.</summary>
    public void Set(T item)
    {
        lock (_gate)
        {
            Take(idOf(item));
            _all.Add(idOf(item), item);
            if (!_pods.TryGetValue(podOf(item), out List<T>? own))
                _pods.Add(podOf(item), own = new List<T>(1));
            own.Add(item);
        }
    }

    public void Remove(string id)
    {
        lock (_gate)
            Take(id);
    }

    private void Take(string id)
    {
        if (!_all.Remove(id, out T? item))
            return;
        List<T> own = _pods[podOf(item)];
        own.Remove(item);
        if (own.Count == 0)
            _pods.Remove(podOf(item));
    }
}
