// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.History;

/// <summary><c>pelago history export</c>: days as Parquet files, for DuckDB, Spark or pandas.</summary>
internal static class ExportCommand
{
    public static Command Build()
    {
        var clusters = new ClusterSelection();
        var folder = new Argument<string>("folder") { Description = "Where the files go: CLUSTER-DAY.parquet, each replaced as a whole" };
        Option<string?> since = Moments.Option("--since", "Only days from the one of"), until = Moments.Option("--until", "Only days before the one of");
        Option<bool> quiet = CommandOptions.Quiet();
        var command = new Command("export", "Write the runs of each day as a Parquet file").WithExamples("""
            pelago history export ./history
            pelago history export ./history --since 30d --all-clusters
            """);
        command.Arguments.Add(folder);
        foreach (Option option in new Option[] { since, until, quiet })
            command.Options.Add(option);
        clusters.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            string directory = parsed.GetValue(folder)!;
            Directory.CreateDirectory(directory);
            DateTimeOffset? from = Moments.Of(parsed.GetValue(since), TimeProvider.System), to = Moments.Of(parsed.GetValue(until), TimeProvider.System);
            return await EachCluster.RunAsync(clusters, parsed, async (cluster, history) =>
            {
                (IReadOnlyList<JsonObject> days, ApiStatus? error) = await history.DaysAsync(cancel);
                if (error is not null)
                    throw new ApiStatusException(error);
                foreach (string day in days.Select(day => day.Object("metadata")?.String("name") ?? "").Where(day => IsMeant(day, from, to)))
                {
                    string path = Path.Combine(directory, $"{Path.GetFileName(cluster.Cluster)}-{day}.parquet");
                    await WriteAsync(new HistoryStreams(cluster), day, path, cancel);
                    if (!parsed.GetValue(quiet))
                        Console.Error.WriteLine($"{path}: {new FileInfo(path).Length} bytes");
                }

                return ExitCode.Done;
            }, cancel);
        });
        return command;
    }

    private static bool IsMeant(string day, DateTimeOffset? from, DateTimeOffset? to) =>
        DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
        && (from is null || date >= DateOnly.FromDateTime(from.Value.UtcDateTime)) && (to is null || date < DateOnly.FromDateTime(to.Value.UtcDateTime));

    private static async Task WriteAsync(HistoryStreams history, string day, string path, CancellationToken cancel)
    {
        (Stream? body, ApiStatus? error) = await history.ParquetAsync(day, cancel);
        if (error is not null)
            throw new ApiStatusException(error);
        string draft = path + ".part";
        try
        {
            await using (body)
            {
                await using FileStream file = File.Create(draft);
                await body!.CopyToAsync(file, cancel);
            }

            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
