// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Pods;

/// <summary>
/// How long a container that ends waits before it is started again (client-go util/flowcontrol/backoff.go as kubelet uses it): the first restart is at
/// once, then 10 s after the end, 20 s, … 5 min; forgotten when nothing restarted for twice the longest. One for each pod; not thread-safe.
/// </summary>
internal sealed class RestartBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(5);
    private readonly Dictionary<string, (TimeSpan Delay, DateTimeOffset At)> _entries = new(StringComparer.Ordinal);

    /// <summary>The delay in force and what is left of it; null when the container may start.</summary>
    public (TimeSpan Delay, TimeSpan Left)? Waiting(string container, DateTimeOffset finishedAt, DateTimeOffset now)
    {
        if (!_entries.TryGetValue(container, out (TimeSpan Delay, DateTimeOffset At) entry) || finishedAt - entry.At > 2 * Most)
            return null;
        TimeSpan left = finishedAt + entry.Delay - now;
        return left > TimeSpan.Zero ? (entry.Delay, left) : null;
    }

    /// <summary>The container is started again now, after an end at <paramref name="finishedAt"/>.</summary>
    public void Restarted(string container, DateTimeOffset finishedAt, DateTimeOffset now)
    {
        bool known = _entries.TryGetValue(container, out (TimeSpan Delay, DateTimeOffset At) entry) && finishedAt - entry.At <= 2 * Most;
        TimeSpan delay = known ? 2 * entry.Delay : First;
        _entries[container] = (delay < Most ? delay : Most, now);
    }
}
