// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;
using Pelago.Packages.Api;

namespace Pelago.Cli.Packages.Installing;

/// <summary><c>pelago package list</c>: what is installed.</summary>
internal static class ListCommand
{
    public static Command Build()
    {
        var line = new InstallationLine();
        var command = new Command("list", "List what is installed").WithExamples("""
            pelago package list                   of all namespaces
            pelago package list -n web -o json
            pelago package list --all-clusters
            """);
        line.AddReading(command);
        command.SetAction(async (parsed, cancel) =>
        {
            IReadOnlyList<HttpKubeApi> clusters = await line.ConnectAsync(parsed, cancel);
            var found = new List<(string, Installation)>();
            var faults = new List<int>();
            foreach (HttpKubeApi cluster in clusters)
            {
                using (cluster)
                {
                    try
                    {
                        found.AddRange((await InstallationAccess.ListAsync(cluster, line.Namespace(parsed) ?? "", cancel)).Select(one => (cluster.Cluster, one)));
                    }
                    catch (ClusterUnreachableException away)
                    {
                        Console.Error.WriteLine($"pelago: {away.Message}");
                        faults.Add(ExitCode.Unreachable);
                    }
                    catch (Exception refused) when (clusters.Count > 1 && refused is CliException or ApiStatusException)
                    {
                        Console.Error.WriteLine($"pelago: {refused.Message}");
                        faults.Add(ExitCode.Failed);
                    }
                }
            }

            string form = line.Output(parsed);
            if (found.Count > 0 || form != "table")
                InstallationTable.Print(found, form);
            else if (faults.Count == 0)
                Console.Error.WriteLine($"nothing is installed; '{Invocation.Program} package search' finds packages");
            return faults.Contains(ExitCode.Unreachable) ? ExitCode.Unreachable : faults.Count > 0 ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }
}
