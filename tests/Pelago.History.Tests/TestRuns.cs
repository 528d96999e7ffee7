// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;

namespace Pelago.History.Tests;

/// <summary>Runs to record, and their logs.</summary>
internal static class TestRuns
{
    public static FinishedRun Run(int number, params string[] logFiles) => new()
    {
        Namespace = "default", Pod = $"pod-{number}", PodUid = new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString("D"), Container = "main", Owner = $"Job/job-{number % 10}",
        Node = "node-1", Started = DateTimeOffset.UtcNow.AddSeconds(-5), Finished = DateTimeOffset.UtcNow, ExitCode = number % 7 == 0 ? 1 : 0,
        Reason = number % 7 == 0 ? "Error" : "Completed", LogFiles = logFiles,
    };

    /// <summary>A record as a node writes it.</summary>
    public static string Line(string text, string stream = "stdout", string tag = "F") => $"2026-01-02T03:04:05.123456700Z {stream} {tag} {text}\n";

    public static async Task<string> LogAsync(HistoryStore store, RunRecord run, CancellationToken cancel, LogSelection? selection = null)
    {
        using var text = new MemoryStream();
        await store.WriteLogAsync(run, selection ?? new LogSelection(), text, cancel);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
