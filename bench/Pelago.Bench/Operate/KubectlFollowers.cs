// SPDX-License-Identifier: Apache-2.0

using System.ComponentModel;
using System.Diagnostics;

namespace Pelago.Bench.Operate;

/// <summary><c>kubectl logs -f</c> of a few of the same sources, for the record: those that end twice, and those whose logs are rotated.</summary>
internal sealed class KubectlFollowers
{
    private const int Most = 8;
    private readonly List<(Process Process, NumberedLines Seen, Task Reading, bool Rotates)> _running = [];

    public KubectlFollowers(OperateScene scene, int pods)
    {
        int[] sources = [.. Enumerable.Range(0, pods * NumberedWriters.InPod).Where(NumberedWriters.IsHeavy).Take(Most / 2), .. Enumerable.Range(0, pods * NumberedWriters.InPod).Where(NumberedWriters.Restarts).Take(Most / 2)];
        foreach (int source in sources)
        {
            try
            {
                Process process = scene.Start("kubectl", ["logs", "-f", $"w{source / NumberedWriters.InPod}", "-c", $"c{source % NumberedWriters.InPod}"]);
                var seen = new NumberedLines();
                _running.Add((process, seen, Task.WhenAll(ReadAsync(process, seen), process.StandardError.ReadToEndAsync()), NumberedWriters.IsHeavy(source)));
            }
            catch (Win32Exception)
            {
                return; // there is no kubectl here
            }
        }
    }

    public void Report(Report report)
    {
        foreach ((Process process, _, _, _) in _running)
            process.Kill();
        foreach (bool rotates in new[] { true, false })
        {
            NumberedLines[] seen = [.. _running.Where(one => one.Rotates == rotates).Select(one => one.Seen)];
            if (seen.Length == 0)
                continue;
            string name = rotates ? "rotated" : "restarted";
            report.Add($"tail.kubectl.{name}.lines", seen.Average(one => one.Lines), "lines of 700 that kubectl logs -f printed of a source, mean");
            report.Add($"tail.kubectl.{name}.twice", seen.Sum(one => one.Twice), "lines that it printed again");
        }
        foreach ((Process process, _, _, _) in _running)
            process.Dispose();
    }

    private static async Task ReadAsync(Process process, NumberedLines seen)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            seen.Take("", line);
    }
}
