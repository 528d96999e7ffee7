// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Failed pods are replaced later and later: 10 s, 20 s, … 10 min after the last failure, until one succeeds. Thread-safe.</summary>
internal sealed class JobBackoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<ObjectKey, Streak> _streaks = new();

    /// <summary>
    /// Takes the uids of the pods that have ended and that the Job's status does not count yet. They come again when that status could not be
    /// written: each is noted once.
    /// </summary>
    public void Note(ObjectKey key, IReadOnlyCollection<string> failed, IReadOnlyCollection<string> succeeded)
    {
        Streak known = _streaks.GetValueOrDefault(key) ?? Streak.None;
        int before = succeeded.All(known.Noted.Contains) ? known.Failures : 0;
        int more = failed.Count(uid => !known.Noted.Contains(uid));
        if (before + more + failed.Count + succeeded.Count == 0)
            Forget(key);
        else
            _streaks[key] = new Streak(before + more, more > 0 ? time.GetTimestamp() : known.At, [.. failed, .. succeeded]);
    }

    public void Forget(ObjectKey key) => _streaks.TryRemove(key, out _);

    /// <summary>How long to wait before another pod is made; zero when there is no reason to wait.</summary>
    public TimeSpan Left(ObjectKey key)
    {
        if (!_streaks.TryGetValue(key, out Streak? known) || known.Failures == 0)
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

    /// <summary>Failures in a row, when the last was seen, and the pods noted that the Job's status did not count then.</summary>
    private sealed record Streak(int Failures, long At, HashSet<string> Noted)
    {
        public static readonly Streak None = new(0, 0, []);
    }
}
