// SPDX-License-Identifier: Apache-2.0

using System.Net;

namespace Pelago.Hub.Agents;

/// <summary>The agents that have registered and do so again now and then. Kept in memory alone: after a restart all come again. For many threads.</summary>
internal sealed class AgentRegistry(TimeSpan patience, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (RegisteredAgent Agent, long Seen)> _agents = new(StringComparer.Ordinal);

    /// <summary>Those that are not gone, by the name of their node.</summary>
    public IReadOnlyList<RegisteredAgent> All
    {
        get
        {
            lock (_gate)
                return [.. _agents.Values.Where(item => IsHere(item.Seen)).Select(item => item.Agent).OrderBy(agent => agent.Node, StringComparer.Ordinal)];
        }
    }

    public RegisteredAgent? Find(string node)
    {
        lock (_gate)
            return _agents.TryGetValue(node, out (RegisteredAgent Agent, long Seen) found) && IsHere(found.Seen) ? found.Agent : null;
    }

    /// <summary>Whether that was news.</summary>
    public bool Register(string node, IPEndPoint address, byte[] certificate, string version)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            if (_agents.TryGetValue(node, out (RegisteredAgent Agent, long Seen) known))
            {
                if (known.Agent.IsSame(address, certificate, version))
                {
                    _agents[node] = known with { Seen = now };
                    return false;
                }
                known.Agent.Dispose(); // what is under way with it ends by itself
            }
            _agents[node] = (new RegisteredAgent(node, address, certificate, version, time.GetUtcNow()), now);
            foreach ((string name, (RegisteredAgent gone, _)) in _agents.Where(item => !IsHere(item.Value.Seen)).ToList())
            {
                gone.Dispose();
                _agents.Remove(name);
            }
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach ((RegisteredAgent agent, _) in _agents.Values)
                agent.Dispose();
            _agents.Clear();
        }
    }

    private bool IsHere(long seen) => time.GetElapsedTime(seen) < patience;
}
