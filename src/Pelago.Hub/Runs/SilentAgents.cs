// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Pelago.Hub.Agents;

namespace Pelago.Hub.Runs;

/// <summary>Agents that could not be reached a moment ago: a reader of many pages waits for a dead machine once and not at each. For many threads.</summary>
internal sealed class SilentAgents(TimeProvider time)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, (RegisteredAgent Agent, string Why, long At)> _silent = new(StringComparer.Ordinal);

    /// <summary>Null: nothing is known against it.</summary>
    public string? Why(RegisteredAgent agent) =>
        _silent.TryGetValue(agent.Node, out (RegisteredAgent Agent, string Why, long At) noted) && noted.Agent == agent && time.GetElapsedTime(noted.At) < Remembered ? noted.Why : null;

    public void Note(RegisteredAgent agent, string why) => _silent[agent.Node] = (agent, why, time.GetTimestamp());
}
