// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Images;

/// <summary>The images of several nodes: one that gives no answer does not lose those of the others.</summary>
internal sealed record ImageSurvey(IReadOnlyList<NodeImage> Images, IReadOnlyList<CliException> Faults)
{
    public static async Task<ImageSurvey> OfAsync(IReadOnlyList<ImageNode> nodes, CancellationToken cancel)
    {
        IReadOnlyList<NodeOutcome<IReadOnlyList<NodeImage>>> answers = await EachNode.RunAsync(nodes, NodeImage.ListAsync, cancel);
        return new ImageSurvey([.. answers.SelectMany(answer => answer.Result ?? [])], [.. answers.Select(answer => answer.Fault).OfType<CliException>()]);
    }
}
