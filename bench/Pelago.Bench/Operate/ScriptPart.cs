// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;

namespace Pelago.Bench.Operate;

/// <summary>
/// <c>dcsh</c>: <c>--runs N</c> (default 1,000) times <c>date</c>, arguments of every sort, a hundred runs side by side, and what is left of a client that was killed.
/// </summary>
internal static class ScriptPart
{
    private const int AtOnce = 4;
    private const int Wide = 100;
    private static readonly string[] Arguments = ["", " ", "a b", "it's", "\"quoted\"", "two\nlines", "tab\tand\\back", "$HOME $(id) `id`", "-n", "--", "ümläut 漢字 🚀", "*", "", "end"];

    public static async Task RunAsync(Report report, BenchOptions options, CancellationToken cancel)
    {
        await using OperateScene scene = await OperateScene.StartAsync(["--clusters", "1", "--nodes", "4"], cancel);
        (await scene.RunAsync(cancel, "dcsh", "-n", "true")).Checked();
        await WarmAsync(report, scene, cancel);
        await DatesAsync(report, scene, OperateBench.Number(options, "runs", 1000), cancel);
        Ended echoed = await scene.RunAsync(cancel, ["dcsh", "-n", "printf", "%s\\0", .. Arguments]);
        report.Add("dcsh.arguments", echoed.Text == string.Join('\0', Arguments) + "\0" ? 1 : 0, "1: all arguments came as they were given");
        Ended wide = await scene.RunAsync(cancel, "dcsh", "-n", "--count", $"{Wide}", "--label", "-c", "echo $DCSH_INDEX $DCSH_NODE; exit $((DCSH_INDEX % 50))");
        string[] lines = wide.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        report.Add("dcsh.wide.seconds", wide.Took.TotalSeconds, $"s for {Wide} runs side by side");
        report.Add("dcsh.wide.lines", lines.Where(line => line.Split(' ') is [var label, var index, ..] && label == index + ":").Distinct().Count(), $"of {Wide} runs that printed their line");
        report.Add("dcsh.wide.code", wide.ExitCode, "the highest code of all, 49");
        await KilledAsync(report, scene, cancel);
    }

    /// <summary>From the start of the command to the first byte of its output, one after the other.</summary>
    private static async Task WarmAsync(Report report, OperateScene scene, CancellationToken cancel)
    {
        var took = new List<double>();
        for (int i = 0; i < 40; i++)
        {
            long began = Stopwatch.GetTimestamp();
            using Process run = scene.Start("dcsh", "-n", "echo", "x");
            int first = run.StandardOutput.BaseStream.ReadByte();
            took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            await run.WaitForExitAsync(cancel);
            if (first != 'x')
                throw new InvalidOperationException($"dcsh echo printed nothing: {await run.StandardError.ReadToEndAsync(cancel)}");
        }
        double[] sorted = [.. took.Order()];
        report.Add("dcsh.firstByte.p50", ClosedLoop.Percentile(sorted, 0.5), "ms from the start of the command to its first byte");
        report.Add("dcsh.firstByte.p99", ClosedLoop.Percentile(sorted, 0.99), "ms");
    }

    private static async Task DatesAsync(Report report, OperateScene scene, int runs, CancellationToken cancel)
    {
        (int empty, int failed) = (0, 0);
        string last = "";
        long began = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, runs, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (_, stop) =>
        {
            Ended date = await scene.RunAsync(stop, "dcsh", "-n", "date", "+%s.%N");
            if (date.Text.Length < 10 || !date.Text.EndsWith('\n'))
                Interlocked.Increment(ref empty);
            if (date.ExitCode != 0)
            {
                Interlocked.Increment(ref failed);
                last = $"{date.ExitCode}: {date.Error}";
            }
        });
        report.Add("dcsh.dates", runs, $"times date, {AtOnce} at once");
        report.Add("dcsh.dates.empty", empty, "without their whole output");
        report.Add("dcsh.dates.failed", failed, "that did not end with 0");
        report.Add("dcsh.dates.seconds", Stopwatch.GetElapsedTime(began).TotalSeconds, "s");
        if (last.Length > 0)
            report.Note("dcsh.dates.last", last);
    }

    private static async Task KilledAsync(Report report, OperateScene scene, CancellationToken cancel)
    {
        string mark = $"9{Environment.ProcessId}";
        using Process client = scene.Start("dcsh", "-n", "-c", $"sleep {mark} & setsid sleep {mark} & trap '' TERM; sleep {mark}");
        await OperateScene.UntilAsync(() => Task.FromResult(Marked(mark) == 3), "three processes run", cancel);
        client.Kill();
        long began = Stopwatch.GetTimestamp();
        await OperateScene.UntilAsync(() => Task.FromResult(Marked(mark) == 0), "nothing is left", cancel, TimeSpan.FromMinutes(2));
        report.Add("dcsh.killed.processes", Stopwatch.GetElapsedTime(began).TotalSeconds, "s after a kill -9 of the client until no process of its run is left");
        await OperateScene.UntilAsync(async () => await scene.CountAsync("owner~dcsh", cancel) == 0, "no task is left", cancel, TimeSpan.FromMinutes(2));
        report.Add("dcsh.killed.tasks", Stopwatch.GetElapsedTime(began).TotalSeconds, "s until no task of it is left");
    }

    private static int Marked(string mark) => Directory.EnumerateDirectories("/proc").Count(process =>
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(process)[0]) && File.ReadAllText(Path.Combine(process, "cmdline")) == $"sleep\0{mark}\0";
        }
        catch (IOException)
        {
            return false; // it has just gone
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    });
}
