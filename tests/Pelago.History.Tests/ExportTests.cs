// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Parquet;
using Pelago.History.Exports;
using Pelago.History.Storage;
using Pelago.Kube;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.History.Tests;

public sealed class ExportTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_parquet_file_has_the_runs_that_the_query_means()
    {
        await using var store = HistoryStore.Open(new HistoryOptions { Directory = _folder["history"], Durable = false });
        for (int number = 0; number < 30; number++)
            await store.RecordAsync(TestRuns.Run(number), Cancel);
        using var file = new MemoryStream();

        Assert.Equal(5, (await ParquetExport.WriteAsync(store, new RunQuery { Failed = true, Limit = 2 }, file, Cancel)).Count);

        file.Position = 0;
        await using ParquetReader reader = await ParquetReader.CreateAsync(file, cancellationToken: Cancel);
        Assert.Equal(["name", "namespace", "pod"], reader.Schema.GetDataFields()[..3].Select(field => field.Name));
        using ParquetRowGroupReader group = reader.OpenRowGroupReader(0);
        int[] codes = new int[5];
        await group.ReadAsync<int>(reader.Schema.GetDataFields()[11], codes, cancellationToken: Cancel);
        Assert.Equal([1, 1, 1, 1, 1], codes);
        string[] pods = new string[5];
        await group.ReadAsync(reader.Schema.GetDataFields()[2], pods, cancellationToken: Cancel);
        Assert.Equal(["pod-28", "pod-21", "pod-14", "pod-7", "pod-0"], pods);
    }

    [Fact]
    public async Task No_runs_make_a_file_too()
    {
        await using var store = HistoryStore.Open(new HistoryOptions { Directory = _folder["history"] });
        using var file = new MemoryStream();

        Assert.Equal(0, (await ParquetExport.WriteAsync(store, new RunQuery(), file, Cancel)).Count);
        file.Position = 0;
        await using ParquetReader reader = await ParquetReader.CreateAsync(file, cancellationToken: Cancel);
        Assert.Equal(0, reader.RowGroupCount);
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("")]
    public async Task No_object_is_outside_of_its_folder(string name)
    {
        var storage = new DirectoryStorage(_folder["archive"]);

        await Assert.ThrowsAsync<ArgumentException>(() => storage.PutAsync(name, new MemoryStream(), Cancel));
    }

    public void Dispose() => _folder.Dispose();
}
