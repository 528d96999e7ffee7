// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Kube;
using Pelago.TestKit.Store;
using Xunit;

namespace Pelago.Store.Tests.Sqlite;

/// <summary>Content that is well-formed for SQLite and is not what was written.</summary>
public sealed class ChecksumTests : IDisposable
{
    private static readonly ObjectKey A = new("ns", "a"), B = new("ns", "b"), C = new("ns", "c");
    private readonly StateFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_byte_that_changed_in_a_value_is_refused_by_object_and_revision_and_nothing_is_changed()
    {
        await MakeAsync();
        byte[] bytes = await File.ReadAllBytesAsync(_folder.StateFile, Cancel);
        bytes[bytes.AsSpan().IndexOf("third"u8)] ^= 1;
        await File.WriteAllBytesAsync(_folder.StateFile, bytes, Cancel);

        StoreUnavailableException fault = await Assert.ThrowsAsync<StoreUnavailableException>(OpenAsync);

        Assert.Contains("revision 3, of ns/c in pods, is not what was written", fault.Message, StringComparison.Ordinal);
        Assert.Contains("The file is damaged. It was not changed", fault.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_folder.StateFile, Cancel));
        Assert.Equal("revision 3: of ns/c in pods is not what was written: its checksum does not match", Assert.Single(Findings()));
    }

    [Theory]
    [InlineData("UPDATE log SET obj = cast(replace(obj, 'third', 'thirt') AS BLOB) WHERE rev = 3", "revision 3, of ns/c")]
    [InlineData("UPDATE log SET expires = 9 WHERE rev = 3", "revision 3, of ns/c")]
    [InlineData("UPDATE log SET splice = 14 WHERE rev = 3", "revision 3, of ns/c")]
    [InlineData("UPDATE log SET op = 2 WHERE rev = 3", "revision 3, of ns/c")]
    [InlineData("UPDATE log SET prev = 2 WHERE rev = 3", "revision 3, of ns/c")]
    [InlineData("UPDATE log SET name = 'd' WHERE rev = 3", "revision 3, of ns/d")]
    [InlineData("UPDATE log SET ns = 'nt' WHERE rev = 3", "revision 3, of nt/c")]
    [InlineData("UPDATE log SET rev = 7 WHERE rev = 3", "revision 7, of ns/c")]
    [InlineData("UPDATE log SET crc = crc + 1 WHERE rev = 3", "revision 3, of ns/c")]
    [InlineData("UPDATE log SET name = 'd' WHERE rev = 5", "revision 5, of ns/d")] // a deletion
    [InlineData("UPDATE meta SET k = 'resource:qods' WHERE k = 'resource:pods'", "revision 5, of ns/b in qods")]
    public async Task Whatever_changed_in_a_row_is_refused_and_found(string damage, string said)
    {
        await MakeAsync();
        Execute(damage);

        StoreUnavailableException fault = await Assert.ThrowsAsync<StoreUnavailableException>(OpenAsync);

        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
        Assert.Contains(Findings(), finding => finding.EndsWith("its checksum does not match", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_document_that_was_replaced_is_no_reason_to_refuse_the_file_and_found_by_the_check()
    {
        await MakeAsync();
        Execute("UPDATE log SET obj = cast(replace(obj, 'first', 'forst') AS BLOB) WHERE rev = 1");

        await (await OpenAsync()).DisposeAsync();

        Assert.Equal("revision 1: of ns/a in pods is not what was written: its checksum does not match", Assert.Single(Findings()));
    }

    [Fact]
    public async Task A_file_of_a_version_without_checksums_is_read_and_what_is_written_from_then_on_has_them()
    {
        await MakeAsync();
        Execute("ALTER TABLE log DROP COLUMN crc");
        Assert.Empty(Findings());

        await using (IRevisionStore store = await OpenAsync())
        {
            Assert.Equal(["fourth", "third"], store.Resource("pods").Current.Scan().Select(StoreDocument.Value));
            await store.Resource("pods").WriteAsync(StoreDocument.Create(B, "sixth"), Cancel);
        }
        await (await OpenAsync()).DisposeAsync();
        Assert.Empty(Findings());
        Execute("UPDATE log SET obj = cast(replace(obj, 'sixth', 'sixty') AS BLOB) WHERE rev = 6");

        StoreUnavailableException fault = await Assert.ThrowsAsync<StoreUnavailableException>(OpenAsync);
        Assert.Contains("revision 6, of ns/b in pods", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "first", 2, "revision 1, of ns/a")] // replaced, and handed out as what was before its successor
    [InlineData(2, "second", 1, "revision 2, of ns/b")]
    public async Task History_that_is_not_what_was_written_is_not_handed_out(long revision, string value, long after, string said)
    {
        await MakeAsync();
        Execute($"UPDATE log SET obj = cast(replace(obj, '{value}', 'forged') AS BLOB) WHERE rev = {revision}");
        await using IRevisionStore store = await OpenAsync();

        StoreFailedException watched = Assert.Throws<StoreFailedException>(() => store.Resource("pods").Watch(after));
        StoreFailedException past = Assert.Throws<StoreFailedException>(() => store.Resource("pods").At(1));

        Assert.Contains(said, watched.Message, StringComparison.Ordinal);
        Assert.Contains("is not what was written: its checksum does not match. The file is damaged: stop the daemon", past.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n\ud83d", 1)]
    [InlineData("n\0m", 1)]
    [InlineData("n\0m", 600)]
    [InlineData("n\u00e9\ud83d\udc1f", 600)]
    public async Task Whatever_an_object_is_called_its_home_opens_again(string part, int times)
    {
        string name = string.Concat(Enumerable.Repeat(part, times));
        await using (IRevisionStore store = await OpenAsync())
            await store.Resource("pods").WriteAsync([StoreDocument.Create(new("", name)), StoreDocument.Create(new(name, "a"))], Cancel);

        await using IRevisionStore again = await OpenAsync();

        string read = name.EndsWith('\ud83d') ? "n\ufffd" : name;
        Assert.Equal([new("", read), new(read, "a")], again.Resource("pods").Current.Scan().Select(item => item.Key));
    }

    [Fact]
    public void The_checksum_is_the_CRC_32C_of_numbers_texts_and_document_whatever_program_reads_the_file() =>
        Assert.Equal(1_299_187_849, RowChecksum.Of("pods", "ns"u8, "c"u8, [3, 1, 0, 0, 13], "123456789"u8));

    public void Dispose() => _folder.Dispose();

    /// <summary>1 create a, 2 create b, 3 create c, 4 update a, 5 delete b.</summary>
    private async Task MakeAsync()
    {
        await using IRevisionStore store = await OpenAsync();
        await store.Resource("pods").WriteAsync(
            [StoreDocument.Create(A, "first"), StoreDocument.Create(B, "second"), StoreDocument.Create(C, "third"), StoreDocument.Put(A, "fourth"), StoreDocument.Delete(B)], Cancel);
    }

    private void Execute(string sql)
    {
        using SqliteDatabase database = SqliteDatabase.Open(_folder.StateFile, readOnly: false);
        database.Execute(sql);
    }

    private IEnumerable<string> Findings() => StateFile.Check(_folder.StateFile, Cancel).Findings.Select(finding => finding.ToString());

    private Task<IRevisionStore> OpenAsync() => SqliteRevisionStore.OpenAsync(_folder.StateFile, StateFolder.Options, Cancel);
}
