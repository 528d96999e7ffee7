// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// What a controller did and has not seen yet in its cache: until it has, counting pods would count wrong and it must not act again
/// (pkg/controller ControllerExpectations). Five minutes without news and the wait is given up. Thread-safe.
/// </summary>
internal sealed class Expectations(TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<ObjectKey, Expected> _expected = new();

    public bool Satisfied(ObjectKey key)
    {
        if (!_expected.TryGetValue(key, out Expected? expected))
            return true;
        lock (expected)
            return (expected.Creations <= 0 && expected.Deletions.Count == 0) || time.GetElapsedTime(expected.Since) > Patience;
    }

    public void ExpectCreations(ObjectKey key, int count) => Change(key, expected => (expected.Creations, expected.Since) = (count, time.GetTimestamp()));

    public void ExpectDeletions(ObjectKey key, IEnumerable<string> uids) => Change(key, expected =>
    {
        expected.Deletions.Clear();
        expected.Deletions.UnionWith(uids);
        expected.Since = time.GetTimestamp();
    });

    /// <summary>Seen, or given up because the create failed.</summary>
    public void CreationObserved(ObjectKey key) => ChangeIfThere(key, static expected => expected.Creations--);

    public void DeletionObserved(ObjectKey key, string uid) => ChangeIfThere(key, expected => expected.Deletions.Remove(uid));

    public void Forget(ObjectKey key) => _expected.TryRemove(key, out _);

    private void Change(ObjectKey key, Action<Expected> change)
    {
        Expected expected = _expected.GetOrAdd(key, static _ => new Expected());
        lock (expected)
            change(expected);
    }

    private void ChangeIfThere(ObjectKey key, Action<Expected> change)
    {
        if (!_expected.TryGetValue(key, out Expected? expected))
            return;
        lock (expected)
            change(expected);
    }

    private sealed class Expected
    {
        public int Creations { get; set; }
        public HashSet<string> Deletions { get; } = new(StringComparer.Ordinal);
        public long Since { get; set; }
    }
}
