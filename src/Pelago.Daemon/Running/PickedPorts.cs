// SPDX-License-Identifier: Apache-2.0

using Pelago.Client.Local;

namespace Pelago.Daemon.Running;

/// <summary>Ports for the API servers of one start, which listen on them only later: each is picked once. Thread-safe.</summary>
/// <param name="given">What is not to be picked: others of the start have it.</param>
/// <param name="pick">A port that nobody listens on.</param>
internal sealed class PickedPorts(IEnumerable<int> given, Func<int>? pick = null)
{
    private readonly Lock _gate = new();
    private readonly HashSet<int> _given = [.. given];
    private readonly Func<int> _pick = pick ?? LoopbackPorts.Pick;

    public int Pick()
    {
        lock (_gate)
        {
            int port;
            do
                port = _pick();
            while (!_given.Add(port));
            return port;
        }
    }
}
