// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Cli.Operate.Files;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.History;

/// <summary><c>pelago history log</c>: what a finished run printed.</summary>
internal static class LogCommand
{
    private const int Chunk = 64 * 1024;

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
        command.SetAction((parsed, cancel) => StandardOutput.UseAsync(async output =>
        {
            bool found = false;
            string wanted = parsed.GetValue(name)!;
            var request = new LogRequest { TailLines = parsed.GetValue(tail), Timestamps = parsed.GetValue(timestamps) };
            int code = await EachCluster.RunAsync(clusters, parsed, async (cluster, history) =>
            {
                if (await history.FindAsync("", wanted, output.Token) is not { } run)
                    return ExitCode.Done;
                found = true;
                return await PrintAsync(cluster, run, request, output);
            }, output.Token);
            if (found || code != ExitCode.Done)
                return code;
            throw new CliException($"there is no finished run {wanted}: 'history query -o name' prints those that there are", ExitCode.NothingMatched);
        }, cancel));
        return command;
    }

    /// <summary>What there is of it; that it is not all of it is said, and a failure.</summary>
    private static async Task<int> PrintAsync(HttpKubeApi cluster, PastRun run, LogRequest request, StandardOutput output)
    {
        (Stream? body, ApiStatus? error) = await new HistoryStreams(cluster).LogAsync(run, request, stream: null, output.Token);
        if (error is not null)
            throw new ApiStatusException(error);
        await using (body)
        {
            byte[] buffer = new byte[Chunk];
            int read;
            while ((read = await body!.ReadAsync(buffer, output.Token)) > 0)
                await output.WriteAsync(buffer.AsMemory(0, read));
        }

        if (run.LogLoss.Length == 0)
            return ExitCode.Done;
        await output.FlushAsync();
        Console.Error.WriteLine($"pelago: the log of {run.Name} is not whole: {run.LogLoss}");
        return ExitCode.Failed;
    }
}
