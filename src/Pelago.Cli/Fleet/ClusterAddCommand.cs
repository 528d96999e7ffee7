// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Client.Local;

namespace Pelago.Cli.Fleet;

/// <summary><c>pelago cluster add</c></summary>
internal static class ClusterAddCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("name") { Description = "What the fleet calls it" };
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "Where it is described (default: $KUBECONFIG, else ~/.kube/config)", HelpName = "FILE" };
        var context = new Option<string?>("--context") { Description = "This context of the kubeconfig (default: its current one)", HelpName = "C" };
        var command = new Command("add", "Add a cluster that a kubeconfig reaches; its credentials are kept in a Secret").WithExamples("""
            pelago cluster add edge --context edge-admin
            pelago cluster add lab --kubeconfig ./lab.yaml
            """);
        command.Arguments.Add(name);
        command.Options.Add(kubeconfig);
        command.Options.Add(context);
        command.SetAction(async (parsed, cancel) =>
        {
            string chosen = parsed.GetValue(name)!;
            using var hub = FleetHub.Of(parsed);
            (JsonObject cluster, JsonObject secret) = FleetDocuments.Of(chosen, Kubeconfig.Load(parsed.GetValue(kubeconfig)), parsed.GetValue(context), TimeProvider.System);
            await hub.RequireFreeAsync(chosen, cancel);
            await hub.WriteAsync(cluster, secret, cancel);
            Console.Error.WriteLine($"cluster {chosen} is in the fleet; '{Invocation.Program} cluster list' says whether it answers");
            return ExitCode.Done;
        });
        return command;
    }
}
