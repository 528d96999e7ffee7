// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Cli.Tests.Images;
using Pelago.Client;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.History;

/// <summary>Pods that print a line, end at once, and are gone: at a size that takes a minute. <c>pelago bench operate --only runs</c> does ten thousand.</summary>
[Trait("Lane", "Slow")]
public sealed class ShortRunsTests
{
    private const int Jobs = 8;
    private const int InJob = 40;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task None_of_hundreds_of_runs_is_without_its_line_when_the_daemon_is_killed_among_them()
    {
        await using var home = new LocalHome();
        string kubeconfig = (string)(await home.UpAsync("--runtime", "process"))["clusters"]![0]!["kubeconfig"]!;
        await using (var api = new TestApi(kubeconfig))
        {
            for (int job = 0; job < Jobs; job++)
                await api.ApplyAsync("batch/jobs", Job($"short-{job}"));
            await RunsAsync(home, Jobs * InJob / 3);
        }

        using (Process daemon = Process.GetProcessById(home.Places.ReadDaemon()!.Pid))
        {
            daemon.Kill();
            await daemon.WaitForExitAsync(Cancel);
        }

        await home.UpAsync("--runtime", "process");
        JsonNode[] runs = await RunsAsync(home, Jobs * InJob, wellAlone: true);
        using var reader = new HttpKubeApi(Kubeconfig.Load([home.Places.Kubeconfig], mustExist: true).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
        var lines = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(runs, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancel }, async (run, _) =>
        {
            string path = $"/apis/history.pelago.dev/v1alpha1/namespaces/default/runs/{run["metadata"]!["name"]}/log";
            lines.Add(Encoding.UTF8.GetString((await reader.GetRawAsync(path, Cancel)).BodyOrThrow().Span));
        });

        string[] wanted = [.. Enumerable.Range(0, Jobs).SelectMany(job => Enumerable.Range(0, InJob).Select(index => $"short-{job} {index}\n")).Order(StringComparer.Ordinal)];
        Assert.Equal(wanted, lines.Distinct().Order(StringComparer.Ordinal));
    }

    private static Task<JsonNode[]> RunsAsync(LocalHome home, int atLeast, bool wellAlone = false) => Eventually.GetAsync(
        async () =>
        {
            ProgramResult result = await home.RunAsync(["history", "query", "-o", "jsonl", "--limit", "0", .. wellAlone ? (string[])["--succeeded"] : []]);
            return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToArray();
        },
        runs => runs.Length >= atLeast, Cancel, TimeSpan.FromMinutes(5));

    private static JsonObject Job(string name) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["completions"] = InJob, ["parallelism"] = 4, ["completionMode"] = "Indexed", ["ttlSecondsAfterFinished"] = 0, ["backoffLimit"] = 100,
            ["template"] = new JsonObject
            {
                ["spec"] = new JsonObject
                {
                    ["restartPolicy"] = "Never", ["terminationGracePeriodSeconds"] = 0,
                    ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "any", ["command"] = new JsonArray("/bin/sh", "-c", $"echo {name} $JOB_COMPLETION_INDEX") }),
                },
            },
        },
    };
}
