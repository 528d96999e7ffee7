// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;

namespace Pelago.Bench.Operate;

/// <summary><c>grep</c> over the logs of <c>--sources N</c> containers (default 1,000) of 10 MB each: how long, and what travels beside the lines that match.</summary>
internal static class GrepPart
{
    private const int InPod = 10;
    private const int Bytes = 10_000_000;
    private const int MatchesInEach = 50;

    public static async Task RunAsync(Report report, BenchOptions options, CancellationToken cancel)
    {
        int sources = OperateBench.Number(options, "sources", 1000) / InPod * InPod;
        await using OperateScene scene = await OperateScene.StartAsync(["--clusters", "1", "--nodes", "2"], cancel);
        string text = scene.Beside("text");
        await File.WriteAllBytesAsync(text, Text(), cancel);
        for (int pod = 0; pod < sources / InPod; pod++)
        {
            string containers = string.Join(',', Enumerable.Range(0, InPod).Select(i =>
                $$$"""{"name":"c{{{i}}}","image":"any","command":["/bin/bash","-c","cat /text; exec sleep infinity"],"volumeMounts":[{"name":"text","mountPath":"/text"}]}"""));
            await scene.AddAsync(NumberedWriters.Path, $$$"""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"g{{{pod}}}","labels":{"app":"text"} },"spec":{"terminationGracePeriodSeconds":0,
                 "volumes":[{"name":"text","hostPath":{"path":"{{{text}}}"} }],"containers":[{{{containers}}}]} }
                """, cancel);
        }
        int expected = sources * MatchesInEach;
        await OperateScene.UntilAsync(
            async () => await scene.CountAsync("state=running", cancel) == sources && await CountAsync(scene, "E1234 code=", cancel) == expected, "all logs are there", cancel, TimeSpan.FromMinutes(9));
        report.Add("grep.sources", sources, "containers of 10 MB of text");
        await MeasureAsync(report, scene, "text", "E1234 code=", expected, cancel);
        await MeasureAsync(report, scene, "regex", "E12[0-9]4 (code|cause)=[0-9]+", expected, cancel);
        await MeasureAsync(report, scene, "none", "there is no such text", 0, cancel);
    }

    private static async Task MeasureAsync(Report report, OperateScene scene, string name, string pattern, int expected, CancellationToken cancel)
    {
        long before = scene.BytesSent;
        Ended found = await scene.RunAsync(cancel, "grep", pattern, "*", "-l", "app=text");
        int lines = found.Output.AsSpan().Count((byte)'\n');
        if (lines != expected)
            throw new InvalidOperationException($"grep {name}: {lines} lines and not {expected}: {found.Error}");
        report.Add($"grep.{name}.seconds", found.Took.TotalSeconds, "s with the start of the command");
        report.Add($"grep.{name}.wire", scene.BytesSent - before, "bytes of TLS that came back");
        report.Add($"grep.{name}.printed", found.Output.Length, "bytes printed, with the name of each source");
    }

    private static async Task<long> CountAsync(OperateScene scene, string pattern, CancellationToken cancel)
    {
        Ended counted = await scene.RunAsync(cancel, "grep", "-c", pattern, "*", "-l", "app=text");
        return counted.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Sum(line => long.Parse(line.AsSpan(line.LastIndexOf(':') + 1)));
    }

    private static byte[] Text()
    {
        var text = new StringBuilder();
        var random = new Random(1);
        int apart = Bytes / MatchesInEach;
        for (int match = 0; text.Length < Bytes && match < MatchesInEach; match++)
        {
            text.Append($"2026-01-02 03:04:05 E1234 code={match} of request {random.Next()} to the store\n");
            while (text.Length < (match + 1) * apart)
                text.Append($"2026-01-02 03:04:05 INFO request {random.Next()} from client {random.Next(50)} answered in {random.Next(900)} ms\n");
        }
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
