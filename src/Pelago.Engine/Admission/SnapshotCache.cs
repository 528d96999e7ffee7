// SPDX-License-Identifier: Apache-2.0

using Pelago.Store;

namespace Pelago.Engine.Admission;

/// <summary>What was derived from all objects of a small resource, derived anew only when one of them changed. For many threads.</summary>
internal sealed class SnapshotCache<T>(IResourceStore resource, Func<Snapshot, T> derive)
    where T : class
{
    private volatile Derived? _last;

    public T Current
    {
        get
        {
            Snapshot now = resource.Current;
            Derived? last = _last;
            if (last is null || !last.Snapshot.HasSameObjects(now))
                _last = last = new Derived(now, derive(now));
            return last.Value;
        }
    }

    private sealed record Derived(Snapshot Snapshot, T Value);
}
