// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using System.Text.Json;
using Pelago.Cli.Output;
using Pelago.Client.Local;

namespace Pelago.Cli.Local;

/// <summary><c>pelago up</c>: clusters on this machine.</summary>
internal static class UpCommand
{
    private static readonly Option<bool> Detach = new("--detach", "-d") { Description = "Return when the clusters are ready and leave them running" };
    private static readonly Option<int?> Clusters = CommandOptions.Number("--clusters", "How many clusters (default: those that exist, else 1)", "N", 1, 64);
    private static readonly Option<int?> Nodes = CommandOptions.Number("--nodes", "Nodes of each cluster (default: as before, else 1)", "N", 1, 100_000);
    private static readonly Option<bool> Simulated = new("--simulated") { Description = "Nodes that run no processes, for rehearsals with thousands of them" };
    private static readonly Option<string> Runtime = new Option<string>("--runtime")
    {
        Description = "What runs the pods: containerd (images; needs root) or process (programs of this machine) (default: as before, else containerd where it can run)",
    }.Only(ClusterSettings.ContainerdRuntime, ClusterSettings.ProcessRuntime);
    private static readonly Option<int?> Port = CommandOptions.Number("--port", "API port of the first cluster, the next ones follow; 0 picks free ports (default: as before, else 6443)", "P", 0, 65535);

    public static Command Build()
    {
        Option<string> output = CommandOptions.Output("table", "json");
        Option<bool> quiet = CommandOptions.Quiet();
        var command = new Command("up", "Start clusters on this machine").WithExamples("""
            pelago up                              one cluster; Ctrl-C ends it and keeps its state
            pelago up --detach --clusters 3        three clusters in the background
            pelago up -d --port 0 -o json          free ports, machine-readable
            pelago up -d --simulated --nodes 1000  a thousand nodes without a process
            pelago up -d --runtime process         pods are programs of this machine, not containers of images
            """);
        foreach (Option option in new Option[] { Detach, Clusters, Nodes, Simulated, Runtime, Port, output, quiet })
            command.Options.Add(option);
        command.SetAction((parsed, cancel) => RunAsync(parsed, parsed.GetValue(output) ?? "table", parsed.GetValue(quiet), HangUp.Listen(cancel)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, string output, bool quiet, CancellationToken cancel)
    {
        PelagoHome home = CommandOptions.HomeOf(parsed);
        using var progress = new Progress(quiet);
        DaemonStart start = await DaemonSession.StartAsync(home, Arguments(parsed), progress, cancel);
        DaemonRecord record = start.Record;
        RefuseOtherShape(parsed, record, home);
        progress.Clear();
        string? link = DashboardLink.Of(home, record);
        Print(record, link, output);
        if (link is not null && output != "json")
            progress.Say($"The page, by a link that is good once and for five minutes ('{Invocation.Of(home)} dashboard' prints another one):\n  {link}");
        // Whoever started the daemon was told.
        foreach (string moved in start.IsOurs ? record.MovedPorts ?? [] : [])
            progress.Say(moved);
        if (record.ContainerRemedy is { } remedy && parsed.GetValue(Runtime) is null)
            progress.Say($"Pods run as programs of this machine, and their images are only labels; for pods from images: {remedy} ('{Invocation.Of(home)} doctor' says more)");
        if (parsed.GetValue(Detach))
            return ExitCode.Done;
        if (!start.IsOurs)
        {
            progress.Say($"pelagod already runs on {home.Root} (pid {record.Pid}); '{Invocation.Of(home)} down' ends it");
            return ExitCode.Done;
        }

        progress.Say("Ctrl-C ends it; the state stays.");
        return await HoldAsync(home, record, progress, cancel);
    }

    private static async Task<int> HoldAsync(PelagoHome home, DaemonRecord record, Progress progress, CancellationToken cancel)
    {
        try
        {
            // The end of a process that is not a child can only be asked for: nothing signals it.
            while (record.IsAlive())
                await Task.Delay(250, cancel);
        }
        catch (OperationCanceledException)
        {
            await DaemonSession.StopAsync(record.Pid, progress, CancellationToken.None);
            return ExitCode.Done;
        }

        // One that ends in order takes its record along.
        if (File.Exists(home.DaemonFile))
            throw new CliException($"pelagod (pid {record.Pid}) ended by itself and its pods may still run: see {home.LogFile}, then '{Invocation.Of(home)} up' takes them over, '{Invocation.Of(home)} down' ends them");
        progress.Say($"pelagod (pid {record.Pid}) was ended");
        return ExitCode.Done;
    }

    private static List<string> Arguments(ParseResult parsed)
    {
        var arguments = new List<string>();
        void Pass(string name, int? value)
        {
            if (value is not null)
                arguments.AddRange([name, value.Value.ToString()]);
        }

        Pass("--clusters", parsed.GetValue(Clusters));
        Pass("--nodes", parsed.GetValue(Nodes));
        Pass("--port", parsed.GetValue(Port));
        if (parsed.GetValue(Simulated))
            arguments.Add("--simulated");
        if (parsed.GetValue(Runtime) is { } runtime)
            arguments.AddRange(["--runtime", runtime]);
        return arguments;
    }

    /// <summary>Clusters that run already are not what was asked for when they differ from it: better to say so than to answer "done".</summary>
    private static void RefuseOtherShape(ParseResult parsed, DaemonRecord record, PelagoHome home)
    {
        ClusterSettings? settings = home.ReadSettings(record.Clusters[0].Name);
        string? difference = parsed.GetValue(Clusters) is { } clusters && clusters != record.Clusters.Count ? $"{record.Clusters.Count} cluster(s), not {clusters}"
            : parsed.GetValue(Nodes) is { } nodes && settings is not null && nodes != settings.Nodes ? $"clusters of {settings.Nodes} node(s), not {nodes}"
            : parsed.GetValue(Simulated) && settings is { Simulated: false } ? "nodes that are not simulated"
            : parsed.GetValue(Runtime) is { } runtime && settings is not null && runtime != settings.Runtime ? $"pods with the {settings.Runtime} runtime, not {runtime}"
            : parsed.GetValue(Port) is > 0 and { } port && settings is not null && port != settings.Port ? $"clusters from port {settings.Port} on, not {port}"
            : null;
        if (difference is not null)
            throw new CliException($"pelagod (pid {record.Pid}) already runs {difference}, on {home.Root}: '{Invocation.Of(home)} down' first, or use another --home", ExitCode.Usage);
    }

    private static void Print(DaemonRecord record, string? link, string output)
    {
        if (output == "json")
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new UpResult(record.Home, record.Pid, link, record.Clusters), CliJson.Default.UpResult));
            return;
        }

        var table = new TextTable("CLUSTER", "SERVER", "KUBECONFIG");
        foreach (ClusterRecord cluster in record.Clusters)
            table.Add(cluster.Name, cluster.Server, cluster.Kubeconfig);
        table.WriteTo(Console.Out);
    }
}
