// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Node.Tests.Processes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Agent;

/// <summary>How pods end, whatever is in the way.</summary>
public sealed class PodEndTests : AgentFixture
{
    private const string Stubborn = "trap '' TERM; echo up; while :; do sleep 0.05; done";

    [Fact]
    public async Task A_hook_that_cannot_be_run_keeps_no_pod()
    {
        ApplyScript("hooked", "sleep 1000", containerMore: """
                lifecycle: {preStop: {httpGet: {host: 127.0.0.1, port: 1, httpHeaders: [{name: Content-Type, value: application/json}]}}}
            """);
        await PhaseAsync("hooked", "Running");

        await DeleteAsync("hooked");

        await GoneAsync("hooked");
        await Eventually.TrueAsync(() => Events("FailedPreStopHook").Any(message => message.Contains("connection refused", StringComparison.Ordinal)), Cancel);
        await Eventually.TrueAsync(() => !RunningProcesses.Mention(Home.Path), Cancel);
    }

    [Fact]
    public async Task A_grace_period_of_a_year_keeps_no_pod_that_ends_by_itself()
    {
        ApplyScript("patient", "trap 'exit 0' TERM; while :; do sleep 0.05; done", containerMore: """
                lifecycle: {preStop: {exec: {command: ["true"]}}}
            """);
        await PhaseAsync("patient", "Running");

        await DeleteAsync("patient", grace: 31_536_000);

        await GoneAsync("patient");
    }

    [Fact]
    public async Task Files_of_a_pod_that_is_gone_go_when_the_node_starts()
    {
        await StopAgentAsync();
        Directory.CreateDirectory(Home["pods/of-nobody/volumes/kubernetes.io~secret/key"]);
        await File.WriteAllTextAsync(Home["pods/of-nobody/volumes/kubernetes.io~secret/key/word"], "secret", Cancel);

        await StartAgentAsync();

        Assert.False(Directory.Exists(Home["pods/of-nobody"]));
    }

    [Fact]
    public async Task A_pod_that_ends_is_as_ready_as_its_probe_says()
    {
        JsonObject pod = ApplyScript("drained", Stubborn, containerMore: $"""
                readinessProbe: {"{"}exec: {"{"}command: [test, -e, {Home["ready"]}]{"}"}, periodSeconds: 1, failureThreshold: 1{"}"}
            """);
        await Eventually.TrueAsync(() => Log(pod).Contains("up", StringComparison.Ordinal), Cancel);

        await DeleteAsync("drained", grace: 600);
        await EventAsync("Killing", "Stopping container main");
        await EventsAsync("Unhealthy");
        Assert.Equal("False", Condition(Pod("drained")!.Object("status")!, "Ready"));

        await File.WriteAllTextAsync(Home["ready"], "", Cancel);
        await ReadyAsync("drained", "True");
        File.Delete(Home["ready"]);
        await ReadyAsync("drained", "False");

        await DeleteAsync("drained", grace: 1);
        await GoneAsync("drained");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_deletion_with_less_time_does_not_wait_for_a_container_that_is_being_killed(long grace)
    {
        JsonObject pod = ApplyScript("failing", Stubborn, containerMore: $"""
                livenessProbe: {"{"}exec: {"{"}command: [test, "!", -e, {Home["broken"]}]{"}"}, periodSeconds: 1, failureThreshold: 1, terminationGracePeriodSeconds: 600{"}"}
            """);
        await Eventually.TrueAsync(() => Log(pod).Contains("up", StringComparison.Ordinal), Cancel);
        await File.WriteAllTextAsync(Home["broken"], "", Cancel);
        await EventAsync("Killing", "Container main failed liveness probe, will be restarted");

        await DeleteAsync("failing", grace);

        await GoneAsync("failing");
        await Eventually.TrueAsync(() => Agent.Pods.Count == 0, Cancel);
        await Eventually.TrueAsync(() => !RunningProcesses.Mention(Home.Path), Cancel);
    }

    [Fact]
    public async Task A_sidecar_has_time_for_its_end_when_the_others_took_all_there_was()
    {
        JsonObject pod = Apply($"""
            kind: Pod
            metadata: {"{"}name: helped{"}"}
            spec:
              initContainers:
              - name: side
                image: x
                restartPolicy: Always
                command: [sh, -c, 'trap "echo bye >{Home["bye"]}; exit 0" TERM; echo up; while :; do sleep 0.05; done']
              containers:
              - {"{"}name: main, image: x, command: [sh, -c, "{Stubborn}"]{"}"}
            """);
        await Eventually.TrueAsync(() => Log(pod).Contains("up", StringComparison.Ordinal), Cancel);
        await Eventually.TrueAsync(() => Log(pod, "side").Contains("up", StringComparison.Ordinal), Cancel);

        await DeleteAsync("helped", grace: 2);

        await GoneAsync("helped");
        Assert.Equal("bye\n", File.ReadAllText(Home["bye"]));
    }

    private Task<bool> EventsAsync(string reason) => Eventually.TrueAsync(() => Events(reason).Any(), Cancel);

    private Task<JsonObject?> ReadyAsync(string name, string value) =>
        PodAsync(name, pod => pod.Object("status") is { } status && Condition(status, "Ready") == value);
}
