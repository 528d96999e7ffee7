// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.History;

/// <summary><c>pelago history log</c>: what a finished run printed.</summary>
internal static class LogCommand
{
    public static Command Build()
    {
        var clusters = new ClusterSelection();
        var name = new Argument<string>("run") { Description = "The run, as 'history query -o name' prints it" };
        Option<int?> tail = CommandOptions.Number("--tail", "Only the last so many lines", "N", 0, int.MaxValue);
        var timestamps = new Option<bool>("--timestamps") { Description = "Each line begins with its time" };
        var command = new Command("log", "Print the log of a finished run").WithExamples("""
            pelago history log backup-x1.main.0f3a2c4d5e6f7a8b
            pelago history log --tail 20 --timestamps backup-x1.main.0f3a2c4d5e6f7a8b
            pelago history query --owner Job/backup --failed --limit 1 -o name | xargs pelago history log
            """);
        command.Arguments.Add(name);
        command.Options.Add(tail);
        command.Options.Add(timestamps);
        clusters.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            bool found = false;
            string wanted = parsed.GetValue(name)!;
            int code = await EachCluster.RunAsync(clusters, parsed, async (cluster, history) =>
            {
                await foreach (PastRun run in history.RunsAsync(new RunFilter { Name = wanted }, limit: 1, cancel))
                {
                    found = true;
                    await PrintAsync(cluster, run, new LogRequest { TailLines = parsed.GetValue(tail), Timestamps = parsed.GetValue(timestamps) }, cancel);
                }

                return ExitCode.Done;
            }, cancel);
            if (found || code != ExitCode.Done)
                return code;
            throw new CliException($"there is no finished run {wanted}: 'history query -o name' prints those that there are", ExitCode.NothingMatched);
        });
        return command;
    }

    private static async Task PrintAsync(HttpKubeApi cluster, PastRun run, LogRequest request, CancellationToken cancel)
    {
        (Stream? body, ApiStatus? error) = await new HistoryStreams(cluster).LogAsync(run, request, stream: null, cancel);
        if (error is not null)
            throw new ApiStatusException(error);
        await using (body)
        {
            await using Stream output = Console.OpenStandardOutput();
            await body!.CopyToAsync(output, cancel);
        }

        if (run.LogLoss.Length > 0)
            Console.Error.WriteLine($"pelago: the log of {run.Name} is not whole: {run.LogLoss}");
    }
}
