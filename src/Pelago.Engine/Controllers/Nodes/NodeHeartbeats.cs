// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;

namespace Pelago.Engine.Controllers;

/// <summary>When each node was last heard of, on this process's clock: the clocks of nodes are not to be trusted. Thread-safe.</summary>
internal sealed class NodeHeartbeats(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, long> _heard = new(StringComparer.Ordinal);

    public void Heard(string node) => _heard[node] = time.GetTimestamp();

    public void Forget(string node) => _heard.TryRemove(node, out _);

    /// <summary>For how long the node has been silent; a node never heard of counts from now.</summary>
    public TimeSpan Silence(string node) => time.GetElapsedTime(_heard.GetOrAdd(node, _ => time.GetTimestamp()));
}
