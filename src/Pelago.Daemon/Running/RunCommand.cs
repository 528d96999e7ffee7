// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Pelago.Client.Local;
using Pelago.Daemon.State;

namespace Pelago.Daemon.Running;

/// <summary>
/// <c>pelagod run</c>: in the foreground until a signal. SIGTERM ends the daemon and leaves the pods running, so that it can be replaced under
/// them; SIGINT (what <c>pelago down</c> sends) stops the pods first.
/// </summary>
internal static class RunCommand
{
    public static Command Build()
    {
        var clusters = new Option<int?>("--clusters");
        var nodes = new Option<int?>("--nodes");
        var port = new Option<int?>("--port");
        var simulated = new Option<bool>("--simulated");
        var runtime = new Option<string?>("--runtime") { Description = "What runs the pods: process or containerd (default: as before, else containerd where it can run, else process)" };
        runtime.AcceptOnlyFromAmong(ClusterSettings.ProcessRuntime, ClusterSettings.ContainerdRuntime);
        var durability = new Option<string>("--durability") { Description = "full: an acknowledged write survives a loss of power; fast: the death of the daemon", DefaultValueFactory = _ => "full" };
        durability.AcceptOnlyFromAmong("full", "fast");
        var command = new Command("run", "Run the clusters of a home until a signal: SIGINT stops the pods too, SIGTERM leaves them running");
        foreach (Option option in new Option[] { clusters, nodes, port, simulated, runtime, durability })
            command.Options.Add(option);
        command.SetAction((parsed, cancel) => RunAsync(
            DaemonCommandLine.HomeOf(parsed),
            new RunOptions
            {
                Clusters = parsed.GetValue(clusters), Nodes = parsed.GetValue(nodes), Port = parsed.GetValue(port),
                Simulated = parsed.GetValue(simulated) ? true : null, Runtime = parsed.GetValue(runtime), FastDurability = parsed.GetValue(durability) == "fast",
            },
            cancel));
        return command;
    }

    private static async Task<int> RunAsync(PelagoHome home, RunOptions options, CancellationToken cancel)
    {
        using HomeLock held = HomeLock.TryTake(home) ?? throw new HomeTakenException(home);
        using ILoggerFactory logging = DaemonLogging.Create();
        var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, signals.Token);
        await using var daemon = new DaemonHost(home, options, logging, TimeProvider.System);
        try
        {
            await daemon.StartAsync(stop.Token);
            await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A signal: the way a daemon ends.
        }

        daemon.Conceal();
        if (signals.Last == PosixSignal.SIGINT)
            await daemon.StopPodsAsync(CancellationToken.None);
        return 0;
    }
}
