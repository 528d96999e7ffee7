// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pelago.Cli.Local;
using Pelago.Cli.Output;
using Pelago.Client.Local;

namespace Pelago.Cli.Demo;

/// <summary><c>pelago demo</c>: three clusters, something on each, and a tour. Running it again finds everything in place.</summary>
internal static class DemoCommand
{
    private const int ClusterCount = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    public static Command Build()
    {
        Option<string> output = CommandOptions.Output("table", "json");
        Option<bool> quiet = CommandOptions.Quiet();
        var command = new Command("demo", "Start three clusters, put something on them and take a tour").WithExamples("""
            pelago demo                            Ctrl-C before the tour undoes it
            pelago demo --home /tmp/try -o json    elsewhere, machine-readable
            pelago down --purge                    when you have seen enough
            """);
        command.Options.Add(output);
        command.Options.Add(quiet);
        command.Subcommands.Add(BusyCommand.Build());
        command.SetAction((parsed, cancel) => RunAsync(CommandOptions.HomeOf(parsed), parsed.GetValue(output) ?? "table", parsed.GetValue(quiet), cancel));
        return command;
    }

    private static async Task<int> RunAsync(PelagoHome home, string output, bool quiet, CancellationToken cancel)
    {
        using var progress = new Progress(quiet);
        DaemonStart start = await StartAsync(home, ClusterCount, progress, cancel);
        DemoCluster[] clusters = [.. start.Record.Clusters.Take(ClusterCount).Select((record, i) => new DemoCluster(record, DemoWorkloads.Of(i, record.Name)))];
        try
        {
            await Task.WhenAll(clusters.Select(cluster => cluster.ApplyAsync(cancel)));
            IReadOnlyList<DemoRow> rows = await SettleAsync(clusters, progress, cancel);
            bool isToured = output != "table" || !quiet;
            IReadOnlyList<DemoStop> tour = isToured ? await DemoTour.PlanAsync(home, clusters, rows, cancel) : [];
            progress.Clear();
            Print(start.Record, rows, tour, output);
            return rows.All(row => row.Settled)
                ? ExitCode.Done
                : throw Unsettled(rows);
        }
        catch (OperationCanceledException)
        {
            await UndoAsync(start, clusters, progress);
            throw;
        }
        finally
        {
            foreach (DemoCluster cluster in clusters)
                cluster.Dispose();
        }
    }

    public static async Task<DaemonStart> StartAsync(PelagoHome home, int clusterCount, Progress progress, CancellationToken cancel)
    {
        int known = home.ClusterNames().Count;
        // What the demo runs is made of programs that every machine has, not of images.
        if (known > 0 && home.ReadSettings(home.ClusterNames()[0]) is { Simulated: false, Runtime: ClusterSettings.ContainerdRuntime })
            throw new CliException($"the demo runs programs of this machine, and the clusters of {home.Root} run images: give the demo a home of its own: '{Invocation.Program} demo --home DIR'", ExitCode.Usage);
        string[] arguments = ["--runtime", ClusterSettings.ProcessRuntime, .. known > clusterCount ? (string[])[] : ["--clusters", $"{clusterCount}"]];
        DaemonStart start = await DaemonSession.StartAsync(home, arguments, progress, cancel);
        if (start.Record.Clusters.Count < clusterCount)
            throw new CliException($"the demo wants {clusterCount} clusters and {start.Record.Clusters.Count} run(s) on {home.Root}: '{Invocation.Of(home)} down' first, or give the demo a home of its own: '{Invocation.Program} demo --home DIR'", ExitCode.Usage);
        return start;
    }

    /// <summary>Returns when all is where it should be, or with what there is when patience ends.</summary>
    public static async Task<IReadOnlyList<DemoRow>> SettleAsync(DemoCluster[] clusters, Progress progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            DemoRow[] rows = [.. (await Task.WhenAll(clusters.Select(cluster => cluster.LookAsync(cancel)))).SelectMany(found => found)];
            DemoRow? waiting = rows.FirstOrDefault(row => !row.Settled);
            if (waiting is null || clock.Elapsed > Patience)
                return rows;
            progress.Show($"{waiting.Cluster} {waiting.Workload}: {waiting.Says} ({clock.Elapsed.TotalSeconds:F0} s)");
            await Task.Delay(Step, cancel);
        }
    }

    /// <summary>The clusters lose what this run put there, and end when it was the one that started them.</summary>
    public static async Task UndoAsync(DaemonStart start, IEnumerable<DemoCluster> clusters, Progress progress)
    {
        progress.Show("undoing what was begun");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        foreach (DemoCluster cluster in clusters.Where(cluster => cluster.MadeNamespace))
            await cluster.RemoveAsync(patience.Token);
        if (start.IsOurs)
            await DaemonSession.StopAsync(start.Record.Pid, progress, CancellationToken.None);
    }

    public static CliException Unsettled(IReadOnlyList<DemoRow> rows) => new(
        $"after {Patience.TotalSeconds:F0} s not everything is as it should be: {string.Join("; ", rows.Where(row => !row.Settled).Select(row => $"{row.Cluster} {row.Workload} {row.Says}"))}. 'kubectl describe' says more, '{Invocation.Program} doctor' looks at the machine");

    private static void Print(DaemonRecord record, IReadOnlyList<DemoRow> rows, IReadOnlyList<DemoStop> tour, string output)
    {
        if (output == "json")
        {
            var json = new CliJson(new JsonSerializerOptions(CliJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            Console.Out.WriteLine(JsonSerializer.Serialize(new DemoResult(record.Home, record.Pid, DashboardLink.Of(new PelagoHome(record.Home), record), record.Clusters, rows, tour), json.DemoResult));
            return;
        }

        var table = new TextTable("CLUSTER", "WORKLOAD", "STATE");
        foreach (DemoRow row in rows)
            table.Add(row.Cluster, row.Workload, row.Says);
        table.WriteTo(Console.Out);
        if (tour.Count == 0)
            return;
        Console.Out.WriteLine();
        Console.Out.WriteLine(Style.Bold("A tour"));
        foreach (DemoStop stop in tour)
        {
            Console.Out.WriteLine($"\n{stop.Title}\n  {Style.Good(stop.Command)}");
            foreach (string line in (stop.Answer ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
                Console.Out.WriteLine($"    {Style.Dim(line)}");
        }
    }
}
