// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Failed pods are replaced later and later: 10 s, 20 s, … 10 min after the last failure, until one succeeds. Thread-safe.</summary>
internal sealed class JobBackoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<ObjectKey, (int Failures, long At)> _failures = new();

    public void Note(ObjectKey key, int failed, bool succeeded)
    {
        if (succeeded)
            _failures.TryRemove(key, out _);
        if (failed > 0)
            _failures.AddOrUpdate(key, _ => (failed, time.GetTimestamp()), (_, known) => (known.Failures + failed, time.GetTimestamp()));
    }

    public void Forget(ObjectKey key) => _failures.TryRemove(key, out _);

    /// <summary>How long to wait before another pod is made; zero when there is no reason to wait.</summary>
    public TimeSpan Left(ObjectKey key)
    {
        if (!_failures.TryGetValue(key, out (int Failures, long At) known))
            return TimeSpan.Zero;
        TimeSpan left = PauseAfter(known.Failures) - time.GetElapsedTime(known.At);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>How long to wait after so many failures in a row.</summary>
    public static TimeSpan PauseAfter(int failures)
    {
        TimeSpan pause = failures > 7 ? Most : First * (1 << (failures - 1));
        return pause < Most ? pause : Most;
    }
}
