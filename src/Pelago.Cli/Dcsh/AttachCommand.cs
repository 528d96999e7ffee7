// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Client;

namespace Pelago.Cli.Dcsh;

/// <summary><c>dcsh attach</c>: all output of a kept run from its first byte, and its end.</summary>
internal static class AttachCommand
{
    private static readonly Argument<string> Id = new("id") { Description = "The run, as 'dcsh --keep' named it" };
    private static readonly Option<string> Namespace = new("--namespace") { Description = "Where its Job is (default: default)", HelpName = "NS", DefaultValueFactory = _ => "default" };

    public static Command Build()
    {
        var clusters = new ClusterSelection();
        var command = new Command("attach", "Come back to a run that was kept").WithExamples("""
            pelago dcsh attach 3f2a9c01d4
            """);
        command.Arguments.Add(Id);
        command.Options.Add(Namespace);
        clusters.AddTo(command);
        command.SetAction(async (parsed, cancel) => await RunAsync(await clusters.ConnectAsync(parsed, cancel), parsed.GetValue(Namespace)!, parsed.GetValue(Id)!, cancel));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<HttpKubeApi> clusters, string ns, string id, CancellationToken cancel)
    {
        using var group = new RunGroup(clusters, new RunRequest { Command = [], Namespace = ns, Keep = true }, _ => { }, TimeProvider.System) { Id = id };
        SignalForwarding.Begin(group.SignalAsync, TimeProvider.System);
        RunResult result = await group.AttachAsync(cancel);
        if (result.Reason is not null)
            Console.Error.WriteLine($"dcsh: {result.Reason}");
        return result.Code;
    }
}
