// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.TestKit.Store;

namespace Pelago.Store.Tests.Crash;

/// <summary>
/// The process that is killed: many writers, each counting up in an object of its own, each acknowledged write one line on stdout:
/// <c>WRITER COUNT REVISION ;</c>. A line is printed after the store has acknowledged the write, never before.
/// </summary>
internal static class CrashWriter
{
    public const string Argument = "--crash-writer";
    public const int Writers = 16;
    private const int RevisionsKept = 3_000;

    public static ObjectKey Key(int writer) => new("crash", $"w{writer}");

    public static async Task<int> RunAsync(string stateFile)
    {
        var options = StateFolder.Options;
        await using IRevisionStore store = await SqliteRevisionStore.OpenAsync(stateFile, options, CancellationToken.None);
        IResourceStore resource = store.Resource("counters");
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => CountAsync(store, resource, writer)));
        return 0;
    }

    private static async Task CountAsync(IRevisionStore store, IResourceStore resource, int writer)
    {
        ObjectKey key = Key(writer);
        var companion = new ObjectKey("crash", $"x{writer}");
        int count = resource.Current.Get(key) is { } left ? int.Parse(StoreDocument.Value(left)) : 0;
        while (true)
        {
            count++;
            // A companion that comes and goes, so that the log has every kind of row.
            if (count % 5 == 0)
                await resource.WriteAsync(count % 10 == 0 ? StoreDocument.Put(companion, "") : StoreDocument.Delete(companion), CancellationToken.None);
            WriteResult result = await resource.WriteAsync(StoreDocument.Put(key, $"{count}"), CancellationToken.None);
            Console.Out.WriteLine($"{writer} {count} {result.Revision} ;");
            if (writer == 0 && count % 100 == 0 && store.Revision > RevisionsKept)
                await store.CompactAsync(store.Revision - RevisionsKept, CancellationToken.None);
        }
    }
}
