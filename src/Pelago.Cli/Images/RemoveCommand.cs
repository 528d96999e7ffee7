// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Net.Http;
using Pelago.Cli.Completion;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli.Images;

/// <summary><c>pelago image rm</c>: takes images off the nodes. One that a pod is on stays.</summary>
internal static class RemoveCommand
{
    public static Command Build()
    {
        var clusters = new ClusterSelection();
        Option<string[]> nodes = ImageTargets.NodeOption();
        Option<bool> quiet = CommandOptions.Quiet();
        var references = new Argument<string[]>("REF") { Description = "A name (app:1.2) or an id; an image goes with its last name", Arity = ArgumentArity.OneOrMore };
        var command = new Command("rm", "Remove images from the nodes").WithExamples("""
            pelago image rm app:1.2
            pelago image rm app:1.2 app:1.3 --node node-1
            pelago image ls -o name | xargs pelago image rm    all that no pod is on
            """);
        references.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value.Trim().Length == 0))
                result.AddError($"REF: an empty name is no image; '{Invocation.Program} image ls' shows those there are");
        });
        command.Arguments.Add(references);
        command.Options.Add(nodes);
        clusters.AddTo(command);
        command.Options.Add(quiet);
        RemoteNames.Offer(references, (parsed, cancel) => ListCommand.NamesAsync(clusters, parsed, cancel));
        command.SetAction(async (parsed, cancel) =>
        {
            using ImageTargets targets = await ImageTargets.FindAsync(clusters, parsed, parsed.GetValue(nodes) ?? [], cancel);
            int worst = ExitCode.Done;
            foreach (string reference in (parsed.GetValue(references) ?? []).Distinct())
                worst = Worse(worst, await RemoveAsync(reference, targets, parsed.GetValue(quiet), cancel));
            return worst;
        });
        return command;
    }

    private static async Task<int> RemoveAsync(string reference, ImageTargets targets, bool quiet, CancellationToken cancel)
    {
        IReadOnlyList<NodeOutcome<bool>> outcomes = await EachNode.RunAsync(targets.All, (node, removing) => RemoveAsync(node, reference, removing), cancel);
        List<CliException> faults = [.. outcomes.Select(outcome => outcome.Fault).OfType<CliException>()];
        foreach (CliException fault in faults)
            Console.Error.WriteLine($"pelago: {reference} was not removed: {fault.Message}");
        List<string> gone = [.. outcomes.Where(outcome => outcome.Result).Select(outcome => targets.SeveralClusters ? $"{outcome.Node.Cluster}/{outcome.Node.Name}" : outcome.Node.Name)];
        if (gone.Count > 0 && !quiet)
            Console.Out.WriteLine($"{reference} removed from {string.Join(", ", gone)}");
        if (gone.Count == 0 && faults.Count == 0)
        {
            Console.Error.WriteLine($"pelago: no image {reference} on {Where(targets)}; '{Invocation.Program} image ls' shows those there are");
            return ExitCode.NothingMatched;
        }

        return ExitCode.Of([.. faults.Select(fault => fault.ExitCode)], targets.All.Count);
    }

    /// <summary>Whether it was there.</summary>
    private static async Task<bool> RemoveAsync(ImageNode node, string reference, CancellationToken cancel)
    {
        ApiResult answer = await node.Api.RawAtLengthAsync(HttpMethod.Delete, node.Url($"images?image={Uri.EscapeDataString(reference)}"), null, "application/json", cancel);
        return answer.Error is { } error && !IsAbsent(error) ? throw node.Fault(error) : answer.Error is null;
    }

    private static bool IsAbsent(ApiStatus error) => error is { Code: 404, Name.Length: > 0 };

    private static string Where(ImageTargets targets) =>
        targets.All is [var only] ? $"node {only.Name} of cluster {only.Cluster}" : $"the {targets.All.Count} nodes of {string.Join(", ", targets.All.Select(node => node.Cluster).Distinct())}";

    /// <summary>A failure weighs more than an image that was not there.</summary>
    private static int Worse(int one, int other) => one == ExitCode.Failed || other == ExitCode.Failed ? ExitCode.Failed : Math.Max(one, other);
}
