// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;

namespace Pelago.Cli.Fleet;

/// <summary><c>pelago cluster</c>: the clusters of the fleet that the page shows, beside those of the home.</summary>
internal static class ClusterCommand
{
    public static Command Build()
    {
        var command = new Command("cluster", "The clusters of the fleet: add, list, rename, remove").WithExamples("""
            pelago cluster add edge --context edge-admin
            pelago cluster add lab --kubeconfig ./lab.yaml
            pelago cluster list
            pelago cluster rename lab lab-berlin
            pelago cluster remove edge
            """);
        command.Subcommands.Add(ClusterAddCommand.Build());
        command.Subcommands.Add(ClusterListCommand.Build());
        command.Subcommands.Add(ClusterRenameCommand.Build());
        command.Subcommands.Add(ClusterRemoveCommand.Build());
        return command;
    }
}
