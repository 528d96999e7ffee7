// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.History;

namespace Pelago.Bench.History;

/// <summary>Runs of Jobs as a cluster has them: 20,000 owners in 40 namespaces, one in twenty failed, ten workloads' specs, every fourth with a log of 30 lines.</summary>
internal sealed class BenchRuns
{
    public const int Owners = 20_000;
    private const int Namespaces = 40;
    private const int Logs = 200;
    private readonly byte[][] _specs = [.. Enumerable.Range(0, 10).Select(SpecOf)];
    private readonly string[] _logs;
    private readonly Random _random = new(1);

    public BenchRuns(string directory)
    {
        Directory.CreateDirectory(directory);
        _logs = [.. Enumerable.Range(0, Logs).Select(number => Path.Combine(directory, $"{number}.log"))];
        foreach (string log in _logs)
            File.WriteAllText(log, LogText());
    }

    public static string OwnerOf(int number) => $"Job/nightly-report-{number % Owners}";

    public FinishedRun Of(int number, DateTimeOffset now)
    {
        int owner = number % Owners;
        bool failed = number % 20 == 7;
        return new FinishedRun
        {
            Namespace = $"team-{owner / (Owners / Namespaces)}", Pod = $"nightly-report-{owner}-{_random.Next():x8}", PodUid = Guid.NewGuid().ToString("D"), Container = "main", Owner = OwnerOf(number),
            Node = $"node-{number % 500}", Started = now.AddSeconds(-30), Finished = now, ExitCode = failed ? 1 : 0, Reason = failed ? "Error" : "Completed", Spec = _specs[owner % _specs.Length],
            LogFiles = number % 4 == 0 ? [_logs[_random.Next(Logs)]] : [],
        };
    }

    private static byte[] SpecOf(int number) => Encoding.UTF8.GetBytes(
        $$$"""{"metadata":{"labels":{"app":"report-{{{number}}}"}},"spec":{"containers":[{"name":"main","image":"registry.example/report:{{{number}}}","command":["/bin/report","--all"]}]}}""");

    private string LogText()
    {
        var text = new StringBuilder();
        for (int line = 0; line < 30; line++)
            text.Append($"2026-01-02T03:04:05.{_random.Next(1_000_000_000):d9}Z stdout F INFO request {_random.Next(100_000)} from client {_random.Next(50)} answered in {_random.Next(900)} ms\n");
        return text.ToString();
    }
}
