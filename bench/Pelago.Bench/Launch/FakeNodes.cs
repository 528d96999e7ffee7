// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using Pelago.Bench.Api;

namespace Pelago.Bench.Launch;

/// <summary>Nodes of a real Kubernetes that nothing runs: objects whose status says at regular times that they are well.</summary>
internal sealed class FakeNodes : IAsyncDisposable
{
    /// <summary>The node controller waits 40 s.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private const int AtOnce = 8;
    private readonly BenchedServer _server;
    private readonly LaunchPlan _plan;
    private readonly CancellationTokenSource _stop = new();
    private Task _beating = Task.CompletedTask;

    private FakeNodes(BenchedServer server, LaunchPlan plan)
    {
        _server = server;
        _plan = plan;
    }

    private string Prefix { get; } = $"{BenchNamespace.Name}-node-";

    /// <summary>Returns when pods may be placed on all of them.</summary>
    public static async Task<FakeNodes> StartAsync(BenchedServer server, LaunchPlan plan, CancellationToken cancel)
    {
        var nodes = new FakeNodes(server, plan);
        try
        {
            await nodes.EachAsync(name => server.SendAsync(0, HttpMethod.Post, "/api/v1/nodes", plan.Node(name, DateTimeOffset.UtcNow), cancel), cancel);
            nodes._beating = nodes.BeatAsync(nodes._stop.Token);
            await nodes.WaitUntaintedAsync(cancel);
            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await EachAsync(name => _server.SendAsync(0, HttpMethod.Delete, $"/api/v1/nodes/{name}", null, CancellationToken.None), CancellationToken.None);
        _stop.Dispose();
    }

    private async Task BeatAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Heartbeat);
        while (await timer.WaitForNextTickAsync(cancel))
        {
            try
            {
                await EachAsync(name => _server.SendAsync(
                    0, HttpMethod.Patch, $"/api/v1/nodes/{name}/status", _plan.Node(name, DateTimeOffset.UtcNow), cancel, "application/strategic-merge-patch+json"), cancel);
            }
            catch (HttpRequestException fault)
            {
                // A peer under load may miss a beat; four in a row show in what it binds.
                await Console.Error.WriteLineAsync($"a heartbeat of the fake nodes failed: {fault.Message}");
            }
        }
    }

    /// <summary>A new node has a taint until the node controller has seen that it is ready.</summary>
    private async Task WaitUntaintedAsync(CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        using HttpClient client = _server.Connect();
        while ((await client.GetStringAsync("/api/v1/nodes", patience.Token)).Contains("node.kubernetes.io/not-ready", StringComparison.Ordinal))
            await Task.Delay(250, patience.Token); // the taint goes at the controller's own pace
    }

    private Task EachAsync(Func<string, Task> act, CancellationToken cancel) => Parallel.ForAsync(
        0, _plan.Nodes, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (i, _) => await act($"{Prefix}{i}"));
}
