// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Tests.Processes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Agent;

/// <summary>What a pod waits for, and what does not wait for it.</summary>
public sealed class PodPatienceTests : AgentFixture
{
    [Fact]
    public async Task Hooks_that_wait_for_a_pod_do_not_keep_it_from_starting()
    {
        string[] waiting = [.. Enumerable.Range(0, (2 * Environment.ProcessorCount) + 1).Select(i => $"waiting-{i}")];
        foreach (string name in waiting)
            ApplyScript(name, "sleep 1000", containerMore: Hook($"until test -e {Home["there"]}; do sleep 0.05; done"));
        foreach (string name in waiting)
            await EventsOfAsync("Started", name);

        ApplyScript("awaited", $"touch {Home["there"]}; sleep 1000");

        foreach (string name in (string[])[.. waiting, "awaited"])
            Assert.Equal("True", Condition(await ReadyAsync(name), "Ready"));
    }

    [Fact]
    public async Task A_pod_that_is_deleted_waits_for_no_hook()
    {
        ApplyScript("hooked", "sleep 1000", containerMore: Hook("sleep 1000"));
        await EventAsync("Started", "Started container main");

        await DeleteAsync("hooked", grace: 1);

        await GoneAsync("hooked");
        await Eventually.TrueAsync(() => !RunningProcesses.Mention(Home.Path), Cancel);
    }

    /// <summary>A request that is broken off is no request that failed.</summary>
    [Fact]
    public async Task A_hook_that_is_no_longer_waited_for_has_not_failed()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        ApplyScript("hooked", "sleep 1000", containerMore: $"""
                lifecycle: {"{"}postStart: {"{"}httpGet: {"{"}host: 127.0.0.1, port: {((IPEndPoint)silent.LocalEndpoint).Port}{"}}}"}
            """);
        using TcpClient asking = await silent.AcceptTcpClientAsync(Cancel);

        await DeleteAsync("hooked", grace: 1);

        await GoneAsync("hooked");
        Assert.Empty(Events("FailedPostStartHook"));
    }

    [Fact]
    public async Task A_pod_keeps_the_files_of_an_object_that_is_removed_and_is_looked_after()
    {
        Apply("""
            kind: ConfigMap
            metadata: {name: words}
            data: {word: kept}
            """);
        JsonObject pod = ApplyScript(
            "reader", $"cat $PELAGO_VOLUME_C/word; until test -e {Home["go"]}; do sleep 0.05; done; exit 1", "  volumes: [{name: c, configMap: {name: words}}]",
            "    volumeMounts: [{name: c, mountPath: /c}]");
        await PhaseAsync("reader", "Running");

        await Cluster.DeleteAsync(new ResourcePath(new GroupVersionResource("", "v1", "configmaps"), "default", "words"), DeleteQuery.None, Cancel);
        await EventAsync("FailedMount", "MountVolume.SetUp failed for volume \"c\" : configmap \"words\" not found");
        await File.WriteAllTextAsync(Home["go"], "", Cancel);

        JsonObject container = await StateAsync("reader", status => status.Integer("restartCount") == 1);
        Assert.NotNull(container);
        await Eventually.TrueAsync(() => Log(pod, attempt: 1) == "kept", Cancel);
    }

    [Fact]
    public async Task A_container_that_has_ended_is_not_ready_while_its_next_start_takes_long()
    {
        await File.WriteAllTextAsync(Home["posted"], "", Cancel);
        ApplyScript(
            "crashing", $"until test -e {Home["crash"]}; do sleep 0.05; done; rm {Home["crash"]}; exit 1",
            containerMore: Hook($"until test -e {Home["posted"]}; do sleep 0.05; done"));
        await ReadyAsync("crashing");

        File.Delete(Home["posted"]);
        await File.WriteAllTextAsync(Home["crash"], "", Cancel);
        await StateAsync("crashing", status => status.Boolean("ready") == false);
        await File.WriteAllTextAsync(Home["posted"], "", Cancel);

        JsonObject status = await ReadyAsync("crashing");
        Assert.Equal(1, status.Array("containerStatuses")![0]!.AsObject().Integer("restartCount"));
    }

    private static string Hook(string script) => $"""
            lifecycle: {"{"}postStart: {"{"}exec: {"{"}command: [sh, -c, {System.Text.Json.JsonSerializer.Serialize(script)}]{"}}}"}
        """;

    private async Task<JsonObject> ReadyAsync(string name) =>
        (await PodAsync(name, pod => pod.Object("status") is { } status && Condition(status, "Ready") == "True"))!.Object("status")!;

    /// <summary>Waits for an event of one pod.</summary>
    private Task<bool> EventsOfAsync(string reason, string pod) => Eventually.TrueAsync(
        () => Cluster.All("events").Any(item => item.String("reason") == reason && item.Object("involvedObject")?.String("name") == pod), Cancel);
}
