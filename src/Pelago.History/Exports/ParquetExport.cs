// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Parquet;
using Parquet.Schema;
using Pelago.Kube;

namespace Pelago.History.Exports;

/// <summary>Runs as a Parquet file, for whoever counts and joins them elsewhere. Times are microseconds since 1970.</summary>
internal static class ParquetExport
{
    private const int GroupRows = 100_000;
    private static readonly DataField[] Fields =
    [
        new DataField<string>("name"), new DataField<string>("namespace"), new DataField<string>("pod"), new DataField<string>("pod_uid"), new DataField<string>("container"),
        new DataField<string>("owner"), new DataField<string>("node"), new DataField<string>("reason"), new DataField<string>("message"), new DataField<string>("log_loss"),
        new DataField<int>("attempt"), new DataField<int>("exit_code"), new DataField<long>("started"), new DataField<long>("finished"), new DataField<long>("log_bytes"),
        new DataField<long>("log_lines"), new DataField<bool>("pinned"),
    ];

    /// <summary>The runs that a query means, whatever its limit and place: how many, and what could not be asked. The output is gone back in.</summary>
    public static async Task<(long Count, IReadOnlyList<string> Missing)> WriteAsync(IRunHistory history, RunQuery query, Stream output, CancellationToken cancel)
    {
        var schema = new ParquetSchema(Fields);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(
            schema, output, new ParquetOptions { CompressionMethod = CompressionMethod.Zstd }, cancellationToken: cancel);
        long count = 0;
        var missing = new HashSet<string>(StringComparer.Ordinal);
        var rows = new List<RunRecord>();
        RunQuery page = query with { Limit = RunQuery.MaxLimit, Continue = "" };
        while (true)
        {
            RunPage read = await history.QueryAsync(page, cancel);
            missing.UnionWith(read.Missing);
            rows.AddRange(read.Items);
            bool isLast = read.Continue.Length == 0;
            if (rows.Count >= GroupRows || isLast)
            {
                if (rows.Count > 0)
                    await WriteGroupAsync(writer, schema, rows, cancel);
                count += rows.Count;
                rows.Clear();
            }

            if (isLast)
                return (count, [.. missing]);
            page = page with { Continue = read.Continue };
        }
    }

    private static async Task WriteGroupAsync(ParquetWriter writer, ParquetSchema schema, List<RunRecord> rows, CancellationToken cancel)
    {
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        DataField[] fields = schema.GetDataFields();
        Func<RunRecord, string>[] texts =
            [run => run.Name, run => run.Namespace, run => run.Pod, run => run.PodUid, run => run.Container, run => run.Owner, run => run.Node, run => run.Reason, run => run.Message, run => run.LogLoss];
        for (int i = 0; i < texts.Length; i++)
            await group.WriteAsync(fields[i], rows.ConvertAll(run => texts[i](run)));
        await WriteAsync(fields[10], run => run.Attempt);
        await WriteAsync(fields[11], run => run.ExitCode);
        await WriteAsync(fields[12], run => Days.Moments.Store(run.Started ?? run.Finished));
        await WriteAsync(fields[13], run => Days.Moments.Store(run.Finished));
        await WriteAsync(fields[14], run => run.LogBytes);
        await WriteAsync(fields[15], run => run.LogLines);
        await WriteAsync(fields[16], run => run.Pinned);
        group.CompleteValidate();

        ValueTask WriteAsync<T>(DataField field, Func<RunRecord, T> value)
            where T : struct => new(group.WriteAsync<T>(field, rows.Select(value).ToArray(), cancellationToken: cancel));
    }
}
