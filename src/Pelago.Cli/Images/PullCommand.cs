// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Net.Http;
using Pelago.Cli.Images.Building;
using Pelago.Cli.Output;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli.Images;

/// <summary><c>pelago image pull</c>: has the nodes fetch an image now, before a pod needs it.</summary>
internal static class PullCommand
{
    public static Command Build()
    {
        var clusters = new ClusterSelection();
        Option<string[]> nodes = ImageTargets.NodeOption();
        Option<string> output = CommandOptions.Output("table", "json", "name");
        Option<bool> quiet = CommandOptions.Quiet();
        var reference = new Argument<string>("REF") { Description = "The image: registry.example.com/team/app:1.2" };
        var command = new Command("pull", "Fetch an image from its registry to the nodes").WithExamples("""
            pelago image pull nginx:1.25
            pelago image pull registry.example.com/team/app:1.2 --node node-1
            """);
        reference.Validators.Add(result =>
        {
            // A digest is longer than any tag: what is asked is the name before it.
            if (result.GetValueOrDefault<string>() is { } name && ImageNames.Whole(name.Split('@')[0]) is null)
                result.AddError($"{name}: is no name of an image: it should look like nginx:1.25 or registry.example.com/team/app:1.2, in lower case");
        });
        command.Arguments.Add(reference);
        command.Options.Add(nodes);
        clusters.AddTo(command);
        command.Options.Add(output);
        command.Options.Add(quiet);
        command.SetAction(async (parsed, cancel) =>
        {
            using ImageTargets targets = await ImageTargets.FindAsync(clusters, parsed, parsed.GetValue(nodes) ?? [], cancel);
            using var progress = new Progress(parsed.GetValue(quiet));
            return await RunAsync(parsed.GetValue(reference)!, targets, parsed.GetValue(output) ?? "table", progress, cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(string reference, ImageTargets targets, string output, Progress progress, CancellationToken cancel)
    {
        var shown = new NodeProgress(progress, targets.All);
        IReadOnlyList<NodeOutcome<NodeImage>> outcomes = await EachNode.RunAsync(targets.All, (node, pulling) => PullAsync(node, reference, shown, pulling), cancel);
        progress.Clear();
        foreach (CliException fault in outcomes.Select(outcome => outcome.Fault).OfType<CliException>())
            Console.Error.WriteLine($"pelago: {reference} was not pulled: {fault.Message}. Where no registry is reached, '{Invocation.Program} image import FILE' takes an archive");
        List<NodeImage> pulled = [.. outcomes.Select(outcome => outcome.Result).OfType<NodeImage>()];
        if (pulled.Count > 0 || output == "json")
            ImageTable.Print(pulled, output, targets.SeveralClusters);
        return ExitCode.Of([.. outcomes.Select(outcome => outcome.Fault).OfType<CliException>().Select(fault => fault.ExitCode)], targets.All.Count);
    }

    private static async Task<NodeImage> PullAsync(ImageNode node, string reference, NodeProgress shown, CancellationToken cancel)
    {
        shown.Show($"pulls {reference}");
        ApiResult answer = await node.Api.RawAtLengthAsync(HttpMethod.Post, node.Url($"images/pull?image={Uri.EscapeDataString(reference)}"), null, "application/json", cancel);
        shown.Done();
        return answer.Error is { } error ? throw node.Fault(error) : NodeImage.Of(node, KubeJson.ParseObject(answer.Body));
    }
}
