// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Controllers;

namespace Pelago.Daemon.Serving;

/// <summary><c>pelagod packages</c>: does what the Installations of any cluster say. What <c>pelago install --packages</c> runs in a cluster.</summary>
internal static class PackagesCommand
{
    private const string Role = "packages";
    private const string Lease = NodeApi.Packages;
    private const string LeaseNamespaceOutside = "kube-system";

    public static Command Build()
    {
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "The cluster's kubeconfig (default: the cluster that this process is a pod of)", HelpName = "FILE" };
        var context = new Option<string?>("--context") { Description = "The context in it (default: the current one)", HelpName = "C" };
        var command = new Command(Role, "Install, upgrade and remove what the Installations of a cluster say; of several instances one does, the others wait");
        command.Options.Add(kubeconfig);
        command.Options.Add(context);
        command.SetAction((parsed, cancel) =>
        {
            string? file = parsed.GetValue(kubeconfig);
            if (file is null && parsed.GetValue(context) is not null)
                throw new DaemonException($"pelagod {Role} --context needs --kubeconfig: a pod has no contexts to choose from");
            ClusterConnection cluster = file is null ? InClusterConnection.Find(TimeProvider.System) : Kubeconfig.Load(file).Connect(parsed.GetValue(context), TimeProvider.System);
            var election = new LeaderElectionOptions
            {
                Namespace = file is null ? InClusterConnection.Namespace : LeaseNamespaceOutside, LeaseName = Lease,
                Identity = Environment.GetEnvironmentVariable("POD_NAME") is { Length: > 0 } pod ? pod : $"{Environment.MachineName}_{Guid.NewGuid():n}",
            };
            return InPod.RunAsync(cluster, (api, logging, stop) => RunAsync(api, election, logging, stop), cancel);
        });
        return command;
    }

    /// <summary>Until cancelled; then the Lease is given back. Two at a time would each write down steps that the other does.</summary>
    private static async Task RunAsync(IKubeApi api, LeaderElectionOptions election, ILoggerFactory logging, CancellationToken cancel)
    {
        var elector = new LeaderElector(api, election, TimeProvider.System, logging.CreateLogger<LeaderElector>());
        var clusters = new InstallationClusters(api, () => []);
        while (!cancel.IsCancellationRequested)
            await elector.RunAsync(leading => InstallationController.RunAsync(clusters, logging, TimeProvider.System, leading), cancel);
    }
}
