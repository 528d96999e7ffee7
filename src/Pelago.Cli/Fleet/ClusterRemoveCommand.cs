// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Cli.Completion;

namespace Pelago.Cli.Fleet;

/// <summary><c>pelago cluster remove</c></summary>
internal static class ClusterRemoveCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("name") { Description = "The cluster" };
        var command = new Command("remove", "Remove a cluster from the fleet, with its credentials; the cluster itself is left alone").WithExamples("pelago cluster remove edge");
        command.Arguments.Add(name);
        RemoteNames.Offer(name, FleetHub.NamesAsync);
        command.SetAction(async (parsed, cancel) =>
        {
            string chosen = parsed.GetValue(name)!;
            using var hub = FleetHub.Of(parsed);
            await hub.FindAsync(chosen, cancel);
            await hub.RemoveAsync(chosen, cancel);
            Console.Error.WriteLine($"cluster {chosen} is no longer in the fleet");
            return ExitCode.Done;
        });
        return command;
    }
}
