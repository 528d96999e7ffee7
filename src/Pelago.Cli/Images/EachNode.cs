// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Client;

namespace Pelago.Cli.Images;

/// <summary>One piece of work on several nodes, some at a time: a node that fails or gives no answer takes nothing from the others.</summary>
internal static class EachNode
{
    private const int AtOnce = 8;

    /// <summary>What became of it on each node, in their order.</summary>
    public static async Task<IReadOnlyList<NodeOutcome<T>>> RunAsync<T>(
        IReadOnlyList<ImageNode> nodes, Func<ImageNode, CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        var outcomes = new NodeOutcome<T>[nodes.Count];
        var bound = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(Enumerable.Range(0, nodes.Count), bound, async (i, working) => outcomes[i] = await TryAsync(nodes[i], work, working));
        return outcomes;
    }

    private static async Task<NodeOutcome<T>> TryAsync<T>(ImageNode node, Func<ImageNode, CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        try
        {
            return new NodeOutcome<T>(node, await work(node, cancel), null);
        }
        catch (Exception fault) when (fault is CliException or ClusterUnreachableException or JsonException)
        {
            int code = fault is ClusterUnreachableException ? ExitCode.Unreachable : ExitCode.Failed;
            return new NodeOutcome<T>(node, default, fault as CliException ?? new CliException($"node {node.Name} of cluster {node.Cluster}: {fault.Message}", code));
        }
    }
}

/// <summary>What became of work on a node: a result, or why there is none.</summary>
internal sealed record NodeOutcome<T>(ImageNode Node, T? Result, CliException? Fault);
