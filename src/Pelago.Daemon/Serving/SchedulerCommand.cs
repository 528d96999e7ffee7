// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Client;
using Pelago.Engine.Scheduling;
using Pelago.Kube;

namespace Pelago.Daemon.Serving;

/// <summary><c>pelagod scheduler</c>: places the pods of any cluster that name it, with ports of their nodes. What <c>pelago install</c> runs in a cluster.</summary>
internal static class SchedulerCommand
{
    private const string Role = "scheduler";
    private const string LeaseNamespaceOutside = "kube-system";

    public static Command Build()
    {
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "The cluster's kubeconfig (default: the cluster that this process is a pod of)", HelpName = "FILE" };
        var context = new Option<string?>("--context") { Description = "The context in it (default: the current one)", HelpName = "C" };
        var name = new Option<string?>("--scheduler-name")
        {
            Description = $"Which pods are placed: those with this spec.schedulerName (default: {NodeApi.SchedulerName})", HelpName = "NAME", DefaultValueFactory = _ => NodeApi.SchedulerName,
        };
        var ns = new Option<string?>("--lease-namespace") { Description = $"Where the Lease is (default: this pod's namespace, else {LeaseNamespaceOutside})", HelpName = "NAMESPACE" };
        var identity = new Option<string?>("--identity")
        {
            Description = "Who this instance is, as the Lease says (default: $POD_NAME, else this machine and a number)", HelpName = "VALUE",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("POD_NAME") is { Length: > 0 } pod ? pod : $"{Environment.MachineName}_{Guid.NewGuid():n}",
        };
        var command = new Command(Role, "Give nodes, and ports of them, to the pods of a cluster that name this scheduler; of several instances one does, the others wait");
        foreach (Option option in new Option[] { kubeconfig, context, name, ns, identity })
            command.Options.Add(option);
        command.SetAction((parsed, cancel) =>
        {
            string? file = parsed.GetValue(kubeconfig), lease = parsed.GetValue(ns);
            if (file is null && parsed.GetValue(context) is not null)
                throw new DaemonException($"pelagod {Role} --context needs --kubeconfig: a pod has no contexts to choose from");
            ClusterConnection cluster = file is null ? InClusterConnection.Find(TimeProvider.System) : Kubeconfig.Load(file).Connect(parsed.GetValue(context), TimeProvider.System);
            var options = new SchedulerOptions { SchedulerName = InPod.Required(parsed, name, Role) };
            var election = new LeaderElectionOptions
            {
                Namespace = !string.IsNullOrEmpty(lease) ? lease : file is null ? InClusterConnection.Namespace : LeaseNamespaceOutside,
                LeaseName = LeaseOf(options.SchedulerName), Identity = InPod.Required(parsed, identity, Role),
            };
            return InPod.RunAsync(cluster, (api, logging, stop) => ClusterScheduler.RunAsync(api, options, election, logging, TimeProvider.System, stop), cancel);
        });
        return command;
    }

    /// <summary>Schedulers of different names have nothing to wait for each other.</summary>
    private static string LeaseOf(string schedulerName) => schedulerName == NodeApi.SchedulerName ? NodeApi.Scheduler : $"{NodeApi.Scheduler}-{schedulerName}";
}
