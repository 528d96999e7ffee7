// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Cli.Dcsh;
using Xunit;

namespace Pelago.Cli.Tests.Dcsh;

public sealed class RunPodsTests
{
    private const string Runs = """{"running":{}}""";
    private const string HasNoImage = """{"waiting":{"reason":"ErrImagePull","message":"not found"}}""";

    [Fact]
    public async Task A_container_that_was_put_beside_the_run_does_not_speak_for_it_when_it_runs()
    {
        RunPods pods = Seen(beside: Runs, own: HasNoImage);

        RunFailure failure = await Assert.ThrowsAsync<RunFailure>(() => pods.Running(3));

        Assert.Equal(RunFailure.NotExecutable, failure.Code);
    }

    [Fact]
    public async Task A_container_that_was_put_beside_the_run_does_not_speak_for_it_when_it_fails() =>
        Assert.Equal("the-pod", await Seen(beside: HasNoImage, own: Runs).Running(3).WaitAsync(TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_container_that_took_too_much_memory_is_told_from_others_that_ended()
    {
        RunPods killed = Seen(beside: Runs, own: """{"terminated":{"reason":"OOMKilled","exitCode":137}}""", phase: "Failed");
        RunPods ended = Seen(beside: Runs, own: """{"terminated":{"reason":"Error","exitCode":137}}""", phase: "Failed");

        await Task.WhenAll(killed.Gone(3), ended.Gone(3)).WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((true, false), (killed.IsOutOfMemory(3), ended.IsOutOfMemory(3)));
    }

    private static RunPods Seen(string beside, string own, string phase = "Running")
    {
        var pods = new RunPods(null!, "default", "id", _ => { });
        pods.Take("ADDED", (JsonObject)JsonNode.Parse($$$"""
            {"metadata":{"name":"the-pod","labels":{"dcsh.pelago.dev/index":"3"}},
             "status":{"phase":"{{{phase}}}","containerStatuses":[{"name":"istio-proxy","state":{{{beside}}}},{"name":"main","state":{{{own}}}}]}}
            """)!);
        return pods;
    }
}
