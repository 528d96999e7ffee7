// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Engine.InProcess;
using Pelago.Store;
using Xunit;

namespace Pelago.Engine.Tests.InProcess;

public class FailedCommitTests
{
    [Fact]
    public async Task A_commit_that_fails_is_an_answer_and_the_next_write_is_taken()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        var failpoints = new Failpoints();
        await using IRevisionStore store = MemoryRevisionStore.Create(new StoreOptions { Failpoints = failpoints });
        EngineKubeApi api = BareApi.Over(store, cancel);
        byte[] body = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"d"}}"""u8.ToArray();
        failpoints.Set(Failpoints.BeforeCommit, "error@1");

        ApiResult failed = await api.CreateAsync(BareApi.ConfigMaps, body, WriteQuery.None, cancel);
        ApiResult taken = await api.CreateAsync(BareApi.ConfigMaps, body, WriteQuery.None, cancel);

        Assert.Equal(500, failed.Error!.Code);
        Assert.Null(taken.Error);
    }
}
