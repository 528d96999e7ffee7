// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Engine.InProcess;
using Pelago.Engine.Tests.Authorization;
using Pelago.Store;
using Xunit;

namespace Pelago.Engine.Tests.InProcess;

public class LaggingWatchTests
{
    [Fact]
    public async Task A_reader_in_this_process_that_falls_behind_sees_its_watch_end()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await using IRevisionStore store = MemoryRevisionStore.Create(new StoreOptions { HistoryEvents = 10 });
        EngineKubeApi api = BareApi.Over(store, cancel);
        await PutAsync(store, "a");
        await using IAsyncEnumerator<RawWatchEvent> watch = api.WatchAsync(BareApi.ConfigMaps, new ListQuery { ResourceVersion = $"{store.Revision}" }, cancel)
            .GetAsyncEnumerator(cancel);
        ValueTask<bool> first = watch.MoveNextAsync();
        await PutAsync(store, "b");
        Assert.True(await first);

        for (int i = 0; i < 50; i++)
            await PutAsync(store, "c");
        int seen = 0;
        while (await watch.MoveNextAsync())
            seen++;

        Assert.InRange(seen, 0, 49);
    }

    private static Task PutAsync(IRevisionStore store, string name) =>
        store.PutAsync("configmaps", $$$"""{"metadata":{"name":"{{{name}}}","namespace":"d"}}""");
}
