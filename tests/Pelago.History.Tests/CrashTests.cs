// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Pelago.Kube;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.History.Tests;

public sealed class CrashTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_recorder_that_is_killed_loses_no_run_that_it_acknowledged()
    {
        var acknowledged = new List<int>();
        foreach (int killAfter in (int[])[1, 300, 1_000])
            await RunAsync(acknowledged, killAfter);

        await using var store = HistoryStore.Open(new HistoryOptions { Directory = _folder["history"] });
        Dictionary<string, RunRecord> found = store.Query(new RunQuery { Limit = RunQuery.MaxLimit }, Cancel).Items.ToDictionary(run => run.Pod);
        Assert.All(acknowledged, number => Assert.True(found.ContainsKey($"pod-{number}"), $"run {number} is lost"));
        foreach (int number in acknowledged.Where((_, i) => i % 50 == 0))
            Assert.Equal(CrashRecorder.LineOf(number) + "\n", await TestRuns.LogAsync(store, found[$"pod-{number}"], Cancel));
    }

    public void Dispose() => _folder.Dispose();

    private async Task RunAsync(List<int> acknowledged, int killAfter)
    {
        int first = acknowledged.DefaultIfEmpty(0).Max() + 100;
        var start = new ProcessStartInfo(Environment.ProcessPath!, [CrashRecorder.Argument, _folder.Path, $"{first}"]) { UseShellExecute = false, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        for (int lines = 1; await process.StandardOutput.ReadLineAsync(Cancel) is { } line; lines++)
        {
            // The last line may be torn: an acknowledgement counts once it is whole.
            if (line.EndsWith(';'))
                acknowledged.Add(int.Parse(line.Split(' ')[0]));
            if (lines == killAfter)
                process.Kill();
        }

        await process.WaitForExitAsync(Cancel);
        Assert.Equal(137, process.ExitCode);
    }
}
