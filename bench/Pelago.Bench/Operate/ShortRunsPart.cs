// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Net.Http;
using System.Text.Json;
using Pelago.TestKit.Processes;

namespace Pelago.Bench.Operate;

/// <summary>
/// <c>--runs N</c> (default 10,000) pods of Jobs without time to live that print one line and end, while the daemon is killed: whether history has each of them with its line.
/// </summary>
internal static class ShortRunsPart
{
    private const int InJob = 100;
    private const string Jobs = "/apis/batch/v1/namespaces/default/jobs";
    private const string Runs = "/apis/history.pelago.dev/v1alpha1/namespaces/default/runs";

    public static async Task RunAsync(Report report, BenchOptions options, CancellationToken cancel)
    {
        int jobs = Math.Max(1, OperateBench.Number(options, "runs", 10_000) / InJob);
        await using OperateScene scene = await OperateScene.StartAsync(["--clusters", "1", "--nodes", "4"], cancel);
        long began = Stopwatch.GetTimestamp();
        for (int job = 0; job < jobs; job++)
            await scene.AddAsync(Jobs, Job($"short-{job}"), cancel);
        for (int kill = 1; kill <= 2; kill++)
        {
            await OperateScene.UntilAsync(async () => await LeftAsync(scene, cancel) <= jobs - (jobs * kill / 3), $"{kill} thirds of the Jobs are over", cancel);
            await scene.Daemon.EndAsync(RunningDaemon.KillSignal);
            await scene.Daemon.StartAsync(cancel);
        }
        await OperateScene.UntilAsync(async () => await LeftAsync(scene, cancel) == 0, "all Jobs are over", cancel, TimeSpan.FromMinutes(9));
        report.Add("runs.seconds", Stopwatch.GetElapsedTime(began).TotalSeconds, "s until all Jobs were gone, with two deaths of the daemon");
        await CheckAsync(report, scene, jobs, cancel);
    }

    private static async Task CheckAsync(Report report, OperateScene scene, int jobs, CancellationToken cancel)
    {
        using HttpClient client = scene.Server.Connect();
        var whole = new HashSet<string>(StringComparer.Ordinal);
        var words = new Dictionary<string, int>(StringComparer.Ordinal);
        (int runs, int failed, int wrong) = (0, 0, 0);
        string next = "";
        do
        {
            using JsonDocument page = JsonDocument.Parse(await client.GetStringAsync($"{Runs}?limit=500&continue={Uri.EscapeDataString(next)}", cancel));
            foreach (JsonElement run in page.RootElement.GetProperty("items").EnumerateArray())
            {
                runs++;
                JsonElement status = run.GetProperty("status");
                if (status.GetProperty("outcome").GetString() != "Succeeded")
                    failed++;
                string name = run.GetProperty("metadata").GetProperty("name").GetString()!;
                string log = (await client.GetStringAsync($"{Runs}/{name}/log", cancel)).TrimEnd('\n');
                string loss = status.TryGetProperty("log", out JsonElement kept) && kept.TryGetProperty("loss", out JsonElement why) ? why.GetString() ?? "" : "";
                if (loss.Length > 0)
                    words[loss] = words.GetValueOrDefault(loss) + 1;
                else if (!log.StartsWith("line of ", StringComparison.Ordinal))
                    wrong++;
                else if (status.GetProperty("outcome").GetString() == "Succeeded")
                    whole.Add(log);
            }
            next = page.RootElement.GetProperty("metadata").TryGetProperty("continue", out JsonElement more) ? more.GetString() ?? "" : "";
        }
        while (next.Length > 0);
        report.Add("runs.recorded", runs, "runs");
        report.Add("runs.failed", failed, "runs that did not end well");
        report.Add("runs.missing", (jobs * InJob) - whole.Count, "pods that ended well whose line history does not have");
        report.Add("runs.wrong", wrong, "runs with neither their line nor a reason");
        foreach ((string word, int count) in words)
            report.Add($"runs.loss.{word}", count, "runs without their log for this reason");
    }

    private static async Task<int> LeftAsync(OperateScene scene, CancellationToken cancel)
    {
        using HttpClient client = scene.Server.Connect();
        using JsonDocument list = JsonDocument.Parse(await client.GetStringAsync(Jobs, cancel));
        return list.RootElement.GetProperty("items").GetArrayLength();
    }

    private static string Job(string name) => $$$"""
        {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"{{{name}}}"},
         "spec":{"completions":{{{InJob}}},"parallelism":4,"completionMode":"Indexed","ttlSecondsAfterFinished":0,"backoffLimit":1000,
          "template":{"spec":{"restartPolicy":"Never","automountServiceAccountToken":false,"terminationGracePeriodSeconds":0,
           "containers":[{"name":"main","image":"any","command":["/bin/sh","-c","echo line of {{{name}}} $JOB_COMPLETION_INDEX"]}]} } } }
        """;
}
