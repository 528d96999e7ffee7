// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli.Demo;

/// <summary>One cluster of the demo: puts its workloads there and follows them.</summary>
internal sealed class DemoCluster : IDisposable
{
    private const string Manager = "pelago-demo";
    private static readonly GroupVersionResource Accounts = new("", "v1", "serviceaccounts");
    private readonly HttpKubeApi _api;
    private readonly IReadOnlyList<DemoWorkload> _workloads;

    public DemoCluster(ClusterRecord record, IReadOnlyList<DemoWorkload> workloads)
    {
        Record = record;
        _workloads = workloads;
        _api = new HttpKubeApi(Kubeconfig.Load([record.Kubeconfig], mustExist: true).Connect(record.Name, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
    }

    public ClusterRecord Record { get; }

    /// <summary>Whether the demo's namespace was made by this run, and goes when the run is given up.</summary>
    public bool MadeNamespace { get; private set; }

    /// <summary>Puts everything there, or brings it back to what it should be: running it again changes nothing.</summary>
    public async Task ApplyAsync(CancellationToken cancel)
    {
        MadeNamespace = (await _api.GetAsync(DemoWorkloads.Namespace.Path, cancel)).Error is { IsNotFound: true };
        await ApplyAsync(DemoWorkloads.Namespace, cancel);
        // A pod made before its namespace has the default account is refused. A poll: it comes within moments, which no watch is worth.
        while ((await _api.GetAsync(new ResourcePath(Accounts, DemoWorkload.Namespace, "default"), cancel)).Error is { IsNotFound: true })
            await Task.Delay(50, cancel);
        foreach (DemoWorkload workload in _workloads)
            await ApplyAsync(workload, cancel);
    }

    public async Task<IReadOnlyList<DemoRow>> LookAsync(CancellationToken cancel)
    {
        var rows = new List<DemoRow>();
        foreach (DemoWorkload workload in _workloads)
        {
            DemoState state = workload.Judge(KubeJson.ParseObject((await _api.GetAsync(workload.Path, cancel)).BodyOrThrow()));
            rows.Add(new DemoRow(Record.Name, workload.Title, state.Settled, state.Says));
        }

        return rows;
    }

    /// <summary>What a container of the newest pod with this label printed; null when the cluster does not serve logs.</summary>
    public async Task<string?> LogAsync(string labels, CancellationToken cancel)
    {
        ApiResult pods = await _api.ListAsync(new ResourcePath(new("", "v1", "pods"), DemoWorkload.Namespace), new ListQuery { LabelSelector = labels }, cancel);
        if (!pods.IsSuccess || (KubeJson.ParseObject(pods.Body).Array("items") is not { Count: > 0 } items) || (items[^1] as JsonObject)?.Object("metadata")?.String("name") is not { } pod)
            return null;
        (Stream? body, ApiStatus? _) = await new PodStreams(_api).LogsAsync(DemoWorkload.Namespace, pod, new LogRequest { LimitBytes = 4096 }, cancel);
        if (body is null)
            return null;
        using var reader = new StreamReader(body);
        return (await reader.ReadToEndAsync(cancel)).TrimEnd();
    }

    public Task RemoveAsync(CancellationToken cancel) => _api.DeleteAsync(DemoWorkloads.Namespace.Path, DeleteQuery.None, cancel);

    public void Dispose() => _api.Dispose();

    private async Task ApplyAsync(DemoWorkload workload, CancellationToken cancel)
    {
        ApiResult applied = await _api.PatchAsync(workload.Path, PatchType.Apply, KubeJson.ToUtf8(workload.Document), new WriteQuery { FieldManager = Manager, Force = true }, cancel);
        if (applied.Error is { } error)
            throw new CliException($"cluster {Record.Name} did not take {workload.Title} in namespace {DemoWorkload.Namespace}: {error.Message}. 'kubectl --context {Record.Name} delete namespace {DemoWorkload.Namespace}' clears the way for another try");
    }
}

/// <summary>A line of the demo's table.</summary>
internal sealed record DemoRow(string Cluster, string Workload, bool Settled, string Says);
