// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Cli.Tests.Images;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.History;

public sealed class HistoryCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Lane", "Slow")]
    public async Task Jobs_that_are_gone_at_once_are_in_history_also_when_the_daemon_is_killed_meanwhile()
    {
        const int Jobs = 12;
        await using var home = new LocalHome();
        string kubeconfig = (string)(await home.UpAsync("--runtime", "process"))["clusters"]![0]!["kubeconfig"]!;
        await using (var api = new TestApi(kubeconfig))
        {
            for (int i = 0; i < Jobs; i++)
                await api.ApplyAsync("batch/jobs", Job($"short-{i}", $"echo printed by {i}; exit {(i == 3 ? 7 : 0)}"));
            await CountAsync(home, atLeast: 1);
        }

        using (Process daemon = Process.GetProcessById(home.Places.ReadDaemon()!.Pid))
        {
            daemon.Kill();
            await daemon.WaitForExitAsync(Cancel);
        }

        await home.UpAsync("--runtime", "process");
        JsonObject[] runs = await CountAsync(home, Jobs);
        Assert.Equal(Enumerable.Range(0, Jobs).Select(i => $"Job/short-{i}").Order(StringComparer.Ordinal), runs.Select(Owner).Distinct().Order(StringComparer.Ordinal));
        foreach (JsonObject run in runs)
        {
            ProgramResult log = await home.RunAsync("history", "log", Name(run));
            Assert.Equal($"printed by {Owner(run)["Job/short-".Length..]}\n", log.Output);
        }

        await CheckCommandsAsync(home, runs);
    }

    /// <summary>The other commands over the same history.</summary>
    private static async Task CheckCommandsAsync(LocalHome home, JsonObject[] runs)
    {
        JsonNode failed = (await home.JsonAsync("history", "query", "--failed"))["items"]!.AsArray().Single()!;
        Assert.Equal(("Job/short-3", 7, "Failed"), (Owner((JsonObject)failed), (int)failed["status"]!["exitCode"]!, (string)failed["status"]!["outcome"]!));
        Assert.Equal(runs.Length - 1, (await home.JsonAsync("history", "query", "--succeeded", "short-"))["items"]!.AsArray().Count);
        ProgramResult table = await home.RunAsync("history", "query", "--owner", "short-3");
        Assert.Contains("Error(7)", table.Output, StringComparison.Ordinal);
        ProgramResult none = await home.RunAsync("history", "query", "nothing-of-this-name");
        Assert.Equal((3, "", "no finished run matches\n"), (none.ExitCode, none.Output, none.Error));

        ProgramResult pin = await home.RunAsync("history", "pin", Name((JsonObject)failed), "no.such.0000000000000000");
        Assert.Equal((1, "pelago: there is no finished run no.such.0000000000000000\n"), (pin.ExitCode, pin.Error));
        ProgramResult past = await home.RunAsync("ps", "-I", "short-", "-o", "name");
        Assert.Equal(runs.Length, past.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(id => id.StartsWith("default/short-", StringComparison.Ordinal)));
        JsonArray days = (await home.JsonAsync("history", "stats"))["items"]!.AsArray(); // two, when it was midnight meanwhile
        Assert.Equal((runs.Length, 1, 1), (days.Sum(day => (int)day!["runs"]!), days.Sum(day => (int)day!["failed"]!), days.Sum(day => (int)day!["pinned"]!)));

        ProgramResult export = await home.RunAsync("history", "export", home.Beside("parquet"));
        Assert.True(export.ExitCode == 0, export.ToString());
        byte[] file = await File.ReadAllBytesAsync(Directory.EnumerateFiles(home.Beside("parquet")).First(), Cancel);
        Assert.Equal("PAR1", Encoding.ASCII.GetString(file, file.Length - 4, 4));
    }

    private static Task<JsonObject[]> CountAsync(LocalHome home, int atLeast) => Eventually.GetAsync(
        async () =>
        {
            ProgramResult result = await home.RunAsync("history", "query", "-o", "jsonl");
            return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (JsonObject)JsonNode.Parse(line)!).ToArray();
        },
        runs => runs.Length >= atLeast, Cancel, TimeSpan.FromMinutes(1));

    private static string Name(JsonObject run) => (string)run["metadata"]!["name"]!;

    private static string Owner(JsonObject run) => (string)run["spec"]!["owner"]!;

    private static JsonObject Job(string name, string script) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["ttlSecondsAfterFinished"] = 0, ["backoffLimit"] = 0,
            ["template"] = new JsonObject
            {
                ["spec"] = new JsonObject
                {
                    ["restartPolicy"] = "Never",
                    ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "any", ["command"] = new JsonArray("/bin/sh", "-c", script) }),
                },
            },
        },
    };
}
