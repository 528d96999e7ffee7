// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.History.Tests;

/// <summary>The process that is killed: several recorders, each recorded run one line on stdout, never before it is acknowledged.</summary>
internal static class CrashRecorder
{
    public const string Argument = "--crash-recorder";
    private const int Recorders = 8;

    public static string LineOf(int number) => $"line of run {number}";

    public static async Task<int> RunAsync(string directory, int first)
    {
        await using var store = HistoryStore.Open(new HistoryOptions { Directory = Path.Combine(directory, "history") });
        int next = first;
        await Task.WhenAll(Enumerable.Range(0, Recorders).Select(async recorder =>
        {
            string log = Path.Combine(directory, $"{recorder}.log");
            while (true)
            {
                int number = Interlocked.Increment(ref next);
                await File.WriteAllTextAsync(log, TestRuns.Line(LineOf(number)));
                await store.RecordAsync(TestRuns.Run(number, log), CancellationToken.None);
                Console.Out.WriteLine($"{number} ;");
            }
        }));
        return 0;
    }
}
