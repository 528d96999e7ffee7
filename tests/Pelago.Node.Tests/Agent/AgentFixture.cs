// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Agent;

/// <summary>A node agent over a cluster in memory, with real processes that share the host's namespaces unless told otherwise.</summary>
public abstract class AgentFixture : IAsyncLifetime
{
    private static int _instances;
    private NodeAgent? _agent;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected int Instance { get; } = Interlocked.Increment(ref _instances);

    protected TemporaryDirectory Home { get; } = new();

    protected MemoryCluster Cluster { get; } = new(TimeProvider.System);

    protected NodeAgent Agent => _agent!;

    protected virtual bool Namespaces => false;

    protected virtual NodeOptions Options => new()
    {
        Name = "node-1", RootDirectory = Home.Path, PodNetwork = Cidr4.Parse($"10.234.{Instance % 256}.0/24"), ClusterNetwork = Cidr4.Parse($"10.234.{Instance % 256}.0/24"),
        LoopbackNetwork = Cidr4.Parse($"127.234.{Instance % 256}.0/24"), BridgeName = $"pla{Environment.ProcessId % 100000}x{Instance}", Namespaces = Namespaces,
    };

    public virtual async ValueTask InitializeAsync() => await StartAgentAsync();

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_agent is null)
            return;
        foreach (JsonObject pod in Cluster.All("pods"))
            await DeleteAsync(pod.Object("metadata")!.String("name")!, grace: 0);
        await Eventually.TrueAsync(() => _agent.Pods.Count == 0, CancellationToken.None);
        await StopAgentAsync();
        Home.Dispose();
    }

    protected async Task StartAgentAsync() =>
        _agent = await NodeAgent.StartAsync(Options, Cluster, LoggerFactory.Create(_ => { }), TimeProvider.System, Cancel);

    protected async Task StopAgentAsync() => await Agent.DisposeAsync();

    /// <summary>Creates or changes an object given as YAML; pods are bound to the node.</summary>
    protected JsonObject Apply(string yaml)
    {
        Assert.True(YamlReader.TryReadFirst(Encoding.UTF8.GetBytes(yaml), out YamlDocument? document, out string? error), error);
        JsonObject json = KubeJson.ParseObject(document.Json);
        json.ObjectOrNew("metadata")["namespace"] ??= "default";
        string kind = json.String("kind")!;
        if (kind == "Pod")
            json.ObjectOrNew("spec")["nodeName"] = "node-1";
        string[] version = (json.String("apiVersion") ?? "v1").Split('/');
        string resource = kind.ToLowerInvariant() + "s" + (version.Length > 1 ? $".{version[0]}" : "");
        return Cluster.Apply(resource, json);
    }

    /// <summary>A pod of one container, named main, that runs a shell script.</summary>
    protected JsonObject ApplyScript(string name, string script, string more = "", string containerMore = "") => Apply($"""
        kind: Pod
        metadata: {"{"}name: {name}{"}"}
        spec:
          terminationGracePeriodSeconds: 5
        {more}
          containers:
          - name: main
            image: any
            command: [/bin/sh, -c, {System.Text.Json.JsonSerializer.Serialize(script)}]
        {containerMore}
        """);

    protected JsonObject? Pod(string name) => Cluster.Find("pods", "default", name);

    protected Task<JsonObject?> PodAsync(string name, Func<JsonObject, bool> condition) =>
        Eventually.GetAsync(() => Task.FromResult(Pod(name)), pod => pod is not null && condition(pod), Cancel);

    protected async Task<JsonObject> PhaseAsync(string name, string phase) =>
        (await PodAsync(name, pod => pod.Object("status")?.String("phase") == phase))!.Object("status")!;

    protected async Task<JsonObject> StateAsync(string name, Func<JsonObject, bool> condition, int container = 0)
    {
        JsonObject pod = (await PodAsync(name, pod => Container(pod, container) is { } status && condition(status)))!;
        return Container(pod, container)!;
    }

    protected static JsonObject? Container(JsonObject pod, int index) =>
        pod.Object("status")?.Array("containerStatuses") is { } all && all.Count > index ? all[index] as JsonObject : null;

    protected static string? Condition(JsonObject status, string type) =>
        status.Array("conditions")?.OfType<JsonObject>().FirstOrDefault(item => item.String("type") == type)?.String("status");

    protected Task DeleteAsync(string name, long? grace = null) =>
        Cluster.DeleteAsync(new ResourcePath(new GroupVersionResource("", "v1", "pods"), "default", name), new DeleteQuery { GracePeriodSeconds = grace }, Cancel);

    protected Task<bool> GoneAsync(string name) => Eventually.TrueAsync(() => Pod(name) is null, Cancel);

    protected IEnumerable<string> Events(string reason) =>
        Cluster.All("events").Where(item => item.String("reason") == reason).Select(item => item.String("message")!);

    protected Task<bool> EventAsync(string reason, string message) => Eventually.TrueAsync(() => Events(reason).Contains(message), Cancel);

    protected string Log(JsonObject pod, string container = "main", int attempt = 0)
    {
        string path = Home[$"pods/{pod.Object("metadata")!.String("uid")}/logs/{container}/{attempt}.log"];
        return System.IO.File.Exists(path) ? Processes.LogText.Of(path) : "";
    }
}
