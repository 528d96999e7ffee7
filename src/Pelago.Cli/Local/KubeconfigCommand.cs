// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Cli.Completion;
using Pelago.Client.Local;

namespace Pelago.Cli.Local;

/// <summary><c>pelago kubeconfig</c>: the path that kubectl, helm and any client can use.</summary>
internal static class KubeconfigCommand
{
    public static Command Build()
    {
        var cluster = new Option<string?>("--cluster") { Description = "Only this cluster (default: one file with all of them)", HelpName = "C" };
        cluster.CompletionSources.Add(ClusterNames.Offer);
        var command = new Command("kubeconfig", "Print the path of a kubeconfig").WithExamples("""
            export KUBECONFIG=$(pelago kubeconfig)
            kubectl --kubeconfig "$(pelago kubeconfig --cluster pelago-2)" get nodes
            """);
        command.Options.Add(cluster);
        command.SetAction(parsed => Run(CommandOptions.HomeOf(parsed), parsed.GetValue(cluster)));
        return command;
    }

    private static int Run(PelagoHome home, string? cluster)
    {
        string path = cluster is null ? home.Kubeconfig : home.ClusterKubeconfig(cluster);
        if (cluster is not null && !home.ClusterNames().Contains(cluster))
        {
            string known = string.Join(", ", home.ClusterNames());
            throw new CliException($"no cluster {cluster} in {home.Root}" + (known.Length > 0 ? $"; there are: {known}" : $"; '{Invocation.Of(home)} up' makes one"), ExitCode.NothingMatched);
        }

        if (!File.Exists(path))
            throw new CliException($"no cluster was ever started in {home.Root}: run '{Invocation.Of(home)} up' first", ExitCode.NothingMatched);
        Console.Out.WriteLine(path);
        return ExitCode.Done;
    }
}
