// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Kube;
using Pelago.TestKit.Store;
using Xunit;

namespace Pelago.Store.Tests.Sqlite;

public sealed class StateFileTests : IDisposable
{
    private readonly StateFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_with_all_kinds_of_rows_is_sound()
    {
        await MakeAsync();

        StateReport report = StateFile.Check(_folder.StateFile, Cancel);

        Assert.Empty(report.Findings);
        Assert.True(report.IsSound);
        Assert.Equal((6, 0, 6, 2), (report.Revision, report.CompactedRevision, report.Rows, report.Objects));
    }

    [Fact]
    public async Task A_compacted_file_is_sound_and_has_only_what_can_still_be_asked_for()
    {
        await MakeAsync(compactTo: 4);

        StateReport report = StateFile.Check(_folder.StateFile, Cancel);

        Assert.Empty(report.Findings);
        Assert.Equal((6, 4, 3, 2), (report.Revision, report.CompactedRevision, report.Rows, report.Objects));
    }

    [Fact]
    public async Task A_file_that_a_store_has_open_can_be_checked()
    {
        await using IRevisionStore store = await SqliteRevisionStore.OpenAsync(_folder.StateFile, StateFolder.Options, Cancel);
        await store.Resource("pods").WriteAsync(StoreDocument.Create(new ObjectKey("ns", "a")), Cancel);

        Assert.Equal(1, StateFile.Check(_folder.StateFile, Cancel).Objects);
        await store.Resource("pods").WriteAsync(StoreDocument.Create(new ObjectKey("ns", "b")), Cancel);
    }

    [Theory]
    [InlineData("DELETE FROM log WHERE rev = 2", "revision 5: names revision 2 of ns/a before it, the log has 1")]
    [InlineData("UPDATE log SET prev = 9 WHERE rev = 1", "revision 1: creates ns/a and names revision 9 before it")]
    [InlineData("UPDATE log SET prev = 0 WHERE rev = 2", "revision 2: changes ns/a and names no revision before it")]
    [InlineData("UPDATE log SET res = 77 WHERE rev = 6", "revision 6: belongs to an unknown resource 77")]
    [InlineData("UPDATE log SET op = 9 WHERE rev = 6", "revision 6: has an unknown operation 9")]
    [InlineData("UPDATE log SET obj = 'x' WHERE rev = 4", "revision 4: is a deletion and has a document")]
    [InlineData("UPDATE log SET name = 'q' WHERE rev = 6", "revision 6: of ns/q says that it is ns/c")]
    [InlineData("UPDATE log SET splice = 3 WHERE rev = 6", "revision 6: of ns/c does not have its resourceVersion at byte 3")]
    [InlineData("UPDATE log SET obj = substr(obj, 1, 40) WHERE rev = 6", "revision 6: of ns/c is not a JSON document")]
    [InlineData("UPDATE log SET obj = cast(replace(obj, '\"6\"', '\"7\"') AS BLOB) WHERE rev = 6", "revision 6: of ns/c says that it is revision 7")]
    [InlineData("UPDATE meta SET v = 4 WHERE k = 'compacted'", "revision 4: deletes ns/b at or below the compaction floor 4")]
    public async Task Damage_is_found(string damage, string finding)
    {
        await MakeAsync();
        using (SqliteDatabase database = SqliteDatabase.Open(_folder.StateFile, readOnly: false))
            database.Execute($"INSERT OR IGNORE INTO meta VALUES('compacted', 0); {damage}");

        StateReport report = StateFile.Check(_folder.StateFile, Cancel);

        Assert.Contains(report.Findings, found => found.ToString().StartsWith(finding, StringComparison.Ordinal));
        Assert.False(report.IsSound);
    }

    [Fact]
    public async Task A_page_of_garbage_is_found()
    {
        await MakeAsync(objects: 200);
        byte[] bytes = await File.ReadAllBytesAsync(_folder.StateFile, Cancel);
        bytes.AsSpan(8192 * 5, 8192).Fill(0x5a);
        await File.WriteAllBytesAsync(_folder.StateFile, bytes, Cancel);

        StateReport report = StateFile.Check(_folder.StateFile, Cancel);

        Assert.Contains(report.Findings, found => found.Problem.Contains("structure is damaged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_unavailable()
    {
        await File.WriteAllTextAsync(_folder.StateFile, new string('x', 10_000), Cancel);

        StoreUnavailableException fault = Assert.Throws<StoreUnavailableException>(() => StateFile.Check(_folder.StateFile, Cancel));

        Assert.Contains("The file is damaged", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_unavailable()
    {
        StoreUnavailableException fault = Assert.Throws<StoreUnavailableException>(() => StateFile.Check(_folder.StateFile, Cancel));

        Assert.Contains("there is no state file", fault.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.StateFile));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>1 create a, 2 update a, 3 create b, 4 delete b, 5 update a, 6 create c; then more objects, then a compaction.</summary>
    private async Task MakeAsync(int objects = 0, long compactTo = 0)
    {
        await using IRevisionStore store = await SqliteRevisionStore.OpenAsync(_folder.StateFile, StateFolder.Options, Cancel);
        ObjectKey a = new("ns", "a"), b = new("ns", "b"), c = new("ns", "c");
        await store.Resource("pods").WriteAsync(
            [
                StoreDocument.Create(a), StoreDocument.Put(a, "2"), StoreDocument.Create(b), StoreDocument.Delete(b),
                StoreDocument.Put(a, "5"), StoreDocument.Create(c),
                .. Enumerable.Range(0, objects).Select(i => StoreDocument.Create(new ObjectKey("more", $"{i}"), new string('x', 1_000))),
            ],
            Cancel);
        await store.CompactAsync(compactTo, Cancel);
    }
}
