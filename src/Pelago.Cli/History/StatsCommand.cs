// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Kube;

namespace Pelago.Cli.History;

/// <summary><c>pelago history stats</c>: how much there is of which day.</summary>
internal static class StatsCommand
{
    public static Command Build()
    {
        var clusters = new ClusterSelection();
        Option<string> output = CommandOptions.Output("table", "json");
        var command = new Command("stats", "Print how many runs there are of each day, and how much room they take").WithExamples("""
            pelago history stats
            pelago history stats --all-clusters -o json
            """);
        command.Options.Add(output);
        clusters.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var days = new List<(string Cluster, JsonObject Day)>();
            int code = await EachCluster.RunAsync(clusters, parsed, async (cluster, history) =>
            {
                (IReadOnlyList<JsonObject> found, ApiStatus? error) = await history.DaysAsync(cancel);
                if (error is not null)
                    throw new ApiStatusException(error);
                days.AddRange(found.Select(day => (cluster.Cluster, day)));
                return ExitCode.Done;
            }, cancel);
            if (parsed.GetValue(output) == "json")
                PrintJson(days);
            else if (days.Count > 0)
                PrintTable(days);
            else if (code == ExitCode.Done)
                Console.Error.WriteLine("nothing has ended yet");
            return code;
        });
        return command;
    }

    private static void PrintJson(List<(string Cluster, JsonObject Day)> days)
    {
        var items = new JsonArray();
        foreach ((string cluster, JsonObject day) in days)
        {
            var item = (JsonObject)(day.Object("status") ?? []).DeepClone();
            item.Insert(0, "cluster", cluster);
            item.Insert(1, "day", NameOf(day));
            items.Add((JsonNode)item);
        }

        Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(KubeJson.ToUtf8(new JsonObject { ["items"] = items })));
    }

    private static void PrintTable(List<(string Cluster, JsonObject Day)> days)
    {
        bool several = days.DistinctBy(day => day.Cluster).Count() > 1;
        var table = new TextTable([.. several ? (string[])["CLUSTER"] : [], "DAY", "RUNS", "FAILED", "PINNED", "LOGS", "STORED", "DISK"]);
        foreach ((string cluster, JsonObject day) in days)
        {
            JsonObject status = day.Object("status") ?? [];
            table.Add([
                .. several ? (string[])[cluster] : [], NameOf(day), Count("runs"), Count("failed"), Count("pinned"), Bytes("logBytes"), Bytes("logBytesStored"), Bytes("bytes"),
            ]);

            string Count(string name) => (status.Integer(name) ?? 0).ToString(CultureInfo.InvariantCulture);
            string Bytes(string name) => ByteCount.Of(status.Integer(name) ?? 0);
        }

        table.WriteTo(Console.Out);
    }

    private static string NameOf(JsonObject day) => day.Object("metadata")?.String("name") ?? "";
}
