// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Client;

namespace Pelago.Cli.Images;

/// <summary>The images of several nodes: one that gives no answer does not lose those of the others.</summary>
internal sealed record ImageSurvey(IReadOnlyList<NodeImage> Images, IReadOnlyList<string> Faults)
{
    private const int AtOnce = 8;

    public static async Task<ImageSurvey> OfAsync(IReadOnlyList<ImageNode> nodes, CancellationToken cancel)
    {
        var answers = new (IReadOnlyList<NodeImage> Images, string Fault)[nodes.Count];
        var bound = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(Enumerable.Range(0, nodes.Count), bound, async (i, asking) => answers[i] = await AskAsync(nodes[i], asking));
        return new ImageSurvey([.. answers.SelectMany(answer => answer.Images)], [.. answers.Select(answer => answer.Fault).Where(fault => fault.Length > 0)]);
    }

    private static async Task<(IReadOnlyList<NodeImage> Images, string Fault)> AskAsync(ImageNode node, CancellationToken cancel)
    {
        try
        {
            return (await NodeImage.ListAsync(node, cancel), "");
        }
        catch (Exception fault) when (fault is CliException or ClusterUnreachableException or JsonException)
        {
            return ([], fault is CliException ? fault.Message : $"node {node.Name} of cluster {node.Cluster}: {fault.Message}");
        }
    }
}
