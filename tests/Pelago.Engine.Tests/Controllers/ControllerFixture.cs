// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Engine.Controllers;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

/// <summary>
/// A cluster with all controllers, one node and pods that run at once. In memory, or on the cluster of PELAGO_TEST_CONTROLLERS (a kubeconfig of
/// an API server without a controller manager). Each test has a namespace of its own.
/// </summary>
public sealed class ControllerFixture : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> Kinds = new[]
    {
        "Pod", "Namespace", "Node", "ConfigMap", "Service", "Secret", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob",
        "ReplicationController", "PodDisruptionBudget", "PersistentVolume", "PersistentVolumeClaim",
    }.ToDictionary(kind => kind.ToLowerInvariant() + "s").Append(new("endpoints", "Endpoints")).Append(new("storageclasses", "StorageClass")).ToDictionary();
    private readonly CancellationTokenSource _stop = new();
    private EngineHost? _host;
    private Task _running = Task.CompletedTask;

    private ControllerFixture(IKubeApi api, string ns)
    {
        (Api, Namespace, Node) = (api, ns, $"node-{ns}");
        Kubelet = new FakeKubelet(api, ns, Node);
    }

    public IKubeApi Api { get; }
    public string Namespace { get; }
    public string Node { get; }
    public FakeKubelet Kubelet { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    internal static Task<ControllerFixture> StartAsync() => StartAsync(ControllerOptions.Default with { RootAuthorityPem = "-----BEGIN CERTIFICATE-----" });

    internal static async Task<ControllerFixture> StartAsync(ControllerOptions options)
    {
        string? kubeconfig = Environment.GetEnvironmentVariable("PELAGO_TEST_CONTROLLERS");
        EngineHost? host = null;
        IKubeApi api;
        if (kubeconfig is not null)
        {
            api = new HttpKubeApi(Kubeconfig.Load(kubeconfig).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
        }
        else
        {
            host = await EngineHost.StartAsync(new EngineOptions { PlainHttp = true, RunControllers = false }, NullLoggerFactory.Instance, TimeProvider.System, Cancel);
            api = host.ApiFor("system:kube-controller-manager");
        }
        var fixture = new ControllerFixture(api, $"t-{Guid.NewGuid():N}"[..12]) { _host = host };
        await fixture.CreateAsync("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = fixture.Namespace } });
        await fixture.AddNodeAsync(fixture.Node);
        fixture._running = Task.WhenAll(
            ControllerSet.RunAsync(api, options, NullLoggerFactory.Instance, TimeProvider.System, fixture._stop.Token),
            fixture.Kubelet.RunAsync(fixture._stop.Token));
        return fixture;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_host is not null)
            await _host.DisposeAsync();
        _stop.Dispose();
    }

    public Task AddNodeAsync(string name) => CreateAsync("/api/v1/nodes", new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["kubernetes.io/hostname"] = name } },
        ["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
            ["allocatable"] = new JsonObject { ["pods"] = "500", ["cpu"] = "64", ["memory"] = "64Gi" },
        },
    });

    /// <summary>Creates an object at a collection path; <c>NS</c> in it is this test's namespace.</summary>
    public async Task<KubeObject> CreateAsync(string path, JsonObject body) =>
        KubeObject.Parse((await Api.CreateAsync(PathOf(path), KubeJson.ToUtf8(WithKind(path, body)), WriteQuery.None, Cancel)).BodyOrThrow());

    public Task<KubeObject> CreateAsync(string path, string json) => CreateAsync(path, KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(json)));

    public async Task<KubeObject> PatchAsync(string path, string merge) =>
        KubeObject.Parse((await Api.PatchAsync(PathOf(path), PatchType.Merge, System.Text.Encoding.UTF8.GetBytes(merge), WriteQuery.None, Cancel)).BodyOrThrow());

    public async Task DeleteAsync(string path, string? policy = null) =>
        (await Api.DeleteAsync(PathOf(path), new DeleteQuery { PropagationPolicy = policy }, Cancel)).BodyOrThrow();

    public async Task DeleteIfThereAsync(string path, string policy)
    {
        ApiResult deleted = await Api.DeleteAsync(PathOf(path), new DeleteQuery { PropagationPolicy = policy }, Cancel);
        Assert.True(deleted.IsSuccess || deleted.Error is { IsNotFound: true }, deleted.Error?.Message);
    }

    public async Task<KubeObject?> GetAsync(string path)
    {
        ApiResult read = await Api.GetAsync(PathOf(path), Cancel);
        return read.IsSuccess ? KubeObject.Parse(read.Body) : null;
    }

    public async Task<List<KubeObject>> ListAsync(string path, string? selector = null)
    {
        ApiResult read = await Api.ListAsync(PathOf(path), new ListQuery { LabelSelector = selector }, Cancel);
        return [.. ListDocument.Parse(read.BodyOrThrow()).Items.Select(item => KubeObject.Parse(item))];
    }

    /// <summary>Waits until the object is as wanted; null stands for absent.</summary>
    public async Task<KubeObject?> UntilAsync(string path, Func<KubeObject?, bool> wanted)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            KubeObject? present = await GetAsync(path);
            if (wanted(present))
                return present;
            Assert.True(clock.Elapsed < Patience, $"{path} did not get there; it is {present?.Json.ToJsonString() ?? "absent"}");
            await Task.Delay(10, Cancel);
        }
    }

    public async Task<List<KubeObject>> UntilListAsync(string path, Func<List<KubeObject>, bool> wanted)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            List<KubeObject> present = await ListAsync(path);
            if (wanted(present))
                return present;
            Assert.True(clock.Elapsed < Patience, $"{path} did not get there; there are {string.Join("\n", present.Select(item => item.Json.ToJsonString()))}");
            await Task.Delay(10, Cancel);
        }
    }

    public Task<List<KubeObject>> UntilEventAsync(string reason) =>
        UntilListAsync("/api/v1/namespaces/NS/events", events => events.Any(item => item.Json.String("reason") == reason));

    /// <summary>A pod template of one container with that label value for <c>app</c>.</summary>
    public static string Template(string app, string image = "one") =>
        $$$"""{"metadata":{"labels":{"app":"{{{app}}}"} },"spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"main","image":"{{{image}}}"}]} }""";

    private ResourcePath PathOf(string path)
    {
        string[] parts = path.Replace("NS", Namespace, StringComparison.Ordinal).Trim('/').Split('/');
        int at = parts[0] == "api" ? 2 : 3;
        var resource = new GroupVersionResource(parts[0] == "api" ? "" : parts[1], parts[at - 1], "");
        string ns = "";
        if (parts.Length > at + 2 && parts[at] == "namespaces" && parts[at + 2] is not ("status" or "finalize"))
        {
            ns = parts[at + 1];
            at += 2;
        }
        return new ResourcePath(
            resource with { Resource = parts[at] }, ns, parts.Length > at + 1 ? parts[at + 1] : "", parts.Length > at + 2 ? parts[at + 2] : "");
    }

    private JsonObject WithKind(string path, JsonObject body)
    {
        ResourcePath target = PathOf(path);
        body["apiVersion"] ??= target.Resource.GroupVersion.ToString();
        body["kind"] ??= Kinds[target.Resource.Resource];
        return body;
    }
}
