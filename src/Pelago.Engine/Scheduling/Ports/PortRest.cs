// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>
/// Ports of all nodes that were given back and rest before they are given out again: clients of the one before may still knock, and its
/// connections take their time to end. All rest equally long, so they end in the order in which they began.
/// </summary>
internal sealed class PortRest(TimeProvider clock, TimeSpan length)
{
    private readonly Queue<(NodeState Node, int Port, DateTimeOffset Until)> _resting = new();

    /// <summary>When the next rest ends; null: none.</summary>
    public DateTimeOffset? NextEnd => _resting.TryPeek(out (NodeState, int, DateTimeOffset Until) next) ? next.Until : null;

    /// <summary>After the pod has left the node.</summary>
    public void Begin(NodeState node, PodView pod)
    {
        if (length <= TimeSpan.Zero)
        {
            node.Ports.Return(pod);
            return;
        }
        DateTimeOffset until = clock.GetUtcNow() + length;
        node.Ports.Rest(pod, until);
        foreach (int port in NodePorts.Of(pod))
            _resting.Enqueue((node, port, until));
    }

    /// <summary>The nodes that have ports more than before.</summary>
    public HashSet<NodeState> End()
    {
        var nodes = new HashSet<NodeState>();
        DateTimeOffset now = clock.GetUtcNow();
        while (_resting.TryPeek(out (NodeState Node, int Port, DateTimeOffset Until) next) && next.Until <= now)
        {
            _resting.Dequeue();
            if (next.Node.Ports.EndRest(next.Port, now))
                nodes.Add(next.Node);
        }
        return nodes;
    }
}
