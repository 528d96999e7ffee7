// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using Pelago.Cli.Operate.Files;
using Pelago.Cli.Output;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.History;

/// <summary><c>pelago history query</c>: finished runs, newest first.</summary>
internal static class QueryCommand
{
    private const int UsualLimit = 50;

    public static Command Build()
    {
        var clusters = new ClusterSelection();
        var runs = new RunOptions();
        Option<int?> limit = CommandOptions.Number("--limit", $"At most so many of each cluster, 0 for all (default: {UsualLimit} in a table, else all)", "N", 0, int.MaxValue);
        Option<string> output = CommandOptions.Output("table", "wide", "json", "jsonl", "name");
        Option<bool> quiet = CommandOptions.Quiet();
        var command = new Command("query", "Print finished runs, newest first").WithExamples("""
            pelago history query
            pelago history query nightly --failed --since 7d
            pelago history query --owner Job/backup -o wide
            pelago history query -n shop --reason OOMKilled --limit 0 -o jsonl
            pelago history query --node node-3 --since 2026-11-28 --until 2026-11-29 -o name
            """);
        runs.AddTo(command);
        foreach (Option option in new Option[] { limit, output, quiet })
            command.Options.Add(option);
        clusters.AddTo(command);
        command.SetAction((parsed, cancel) => StandardOutput.UseAsync(async lines =>
        {
            string form = parsed.GetValue(output) ?? "table";
            long most = parsed.GetValue(limit) ?? (form is "table" or "wide" ? UsualLimit : 0);
            var printed = new RunPrinter(form, lines);
            bool more = false;
            int code = await EachCluster.RunAsync(clusters, parsed, async (cluster, history) =>
            {
                long left = most > 0 ? most + 1 : long.MaxValue;
                await foreach (PastRun run in history.RunsAsync(runs.Query(parsed), left, lines.Token))
                {
                    if (--left == 0 && most > 0)
                        more = true;
                    else
                        await printed.AddAsync(cluster.Cluster, run);
                }

                return ExitCode.Done;
            }, lines.Token);
            await printed.CompleteAsync();
            if (more && !parsed.GetValue(quiet))
                Console.Error.WriteLine("there are more: --limit 0 prints all");
            if (printed.Count > 0 || code != ExitCode.Done)
                return code;
            if (!parsed.GetValue(quiet))
                Console.Error.WriteLine("no finished run matches");
            return ExitCode.NothingMatched;
        }, cancel));
        return command;
    }

    /// <summary>Prints runs in one of the forms; a table when all are known, the others as they come.</summary>
    private sealed class RunPrinter(string form, StandardOutput output)
    {
        private readonly List<(string Cluster, PastRun Run)> _rows = [];

        public int Count { get; private set; }

        public async Task AddAsync(string cluster, PastRun run)
        {
            Count++;
            if (form == "name")
                await output.WriteAsync(run.Name + "\n");
            else if (form == "jsonl")
                await output.WriteAsync(Json(cluster, run) + "\n");
            else
                _rows.Add((cluster, run));
        }

        public async Task CompleteAsync()
        {
            if (form == "json")
                await output.WriteAsync($"{{\"items\":[{string.Join(',', _rows.Select(row => Json(row.Cluster, row.Run)))}]}}\n");
            else if (form is "table" or "wide" && _rows.Count > 0)
                await output.WriteAsync(Table());
        }

        private static string Json(string cluster, PastRun run)
        {
            var json = (JsonObject)run.Json.DeepClone();
            json["cluster"] = cluster;
            return System.Text.Encoding.UTF8.GetString(KubeJson.ToUtf8(json));
        }

        private string Table()
        {
            bool wide = form == "wide", several = _rows.DistinctBy(row => row.Cluster).Count() > 1;
            var table = new TextTable([
                .. several ? (string[])["CLUSTER"] : [], "FINISHED", "TASK", "STATUS", "TOOK", "OWNER", .. wide ? (string[])["NODE", "LOG", "RUN"] : [],
            ]);
            foreach ((string cluster, PastRun run) in _rows)
            {
                string status = run.ExitCode == 0 ? "Succeeded" : string.Create(CultureInfo.InvariantCulture, $"{(run.Reason.Length > 0 ? run.Reason : "Failed")}({run.ExitCode})");
                table.Add([
                    .. several ? (string[])[cluster] : [], MetaTime.Format(run.Finished), run.TaskId, status, Took(run), run.Owner.Length > 0 ? run.Owner : "-",
                    .. wide ? (string[])[run.Node, Log(run), run.Name] : [],
                ]);
            }

            using var text = new StringWriter();
            table.WriteTo(text);
            return text.ToString();
        }

        private static string Took(PastRun run) =>
            run.Started is { } started ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (run.Finished - started).TotalSeconds):0.#}s") : "-";

        private static string Log(PastRun run) => run.LogLoss.Length > 0 ? $"{ByteCount.Of(run.LogBytes)} ({run.LogLoss})" : ByteCount.Of(run.LogBytes);
    }
}
