// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Client;

namespace Pelago.Cli.Images;

/// <summary>The images of several nodes: one that gives no answer does not lose those of the others.</summary>
internal sealed record ImageSurvey(IReadOnlyList<NodeImage> Images, IReadOnlyList<CliException> Faults)
{
    private const int AtOnce = 8;

    public static async Task<ImageSurvey> OfAsync(IReadOnlyList<ImageNode> nodes, CancellationToken cancel)
    {
        var answers = new (IReadOnlyList<NodeImage> Images, CliException? Fault)[nodes.Count];
        var bound = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(Enumerable.Range(0, nodes.Count), bound, async (i, asking) => answers[i] = await AskAsync(nodes[i], asking));
        return new ImageSurvey([.. answers.SelectMany(answer => answer.Images)], [.. answers.Select(answer => answer.Fault).OfType<CliException>()]);
    }

    private static async Task<(IReadOnlyList<NodeImage> Images, CliException? Fault)> AskAsync(ImageNode node, CancellationToken cancel)
    {
        try
        {
            return (await NodeImage.ListAsync(node, cancel), null);
        }
        catch (Exception fault) when (fault is CliException or ClusterUnreachableException or JsonException)
        {
            int code = fault is ClusterUnreachableException ? ExitCode.Unreachable : ExitCode.Failed;
            return ([], fault as CliException ?? new CliException($"node {node.Name} of cluster {node.Cluster}: {fault.Message}", code));
        }
    }
}
