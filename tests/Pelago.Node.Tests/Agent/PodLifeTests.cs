// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Node.Tests.Processes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Agent;

public sealed class PodLifeTests : AgentFixture
{
    [Fact]
    public async Task A_pod_comes_to_run_and_says_so()
    {
        ApplyScript("web", "sleep 1000");

        JsonObject status = await PhaseAsync("web", "Running");

        Assert.Equal("True", Condition(status, "Ready"));
        Assert.Equal("True", Condition(status, "ContainersReady"));
        Assert.Equal("True", Condition(status, "Initialized"));
        Assert.Equal("True", Condition(status, "PodScheduled"));
        Assert.Equal("True", Condition(status, "PodReadyToStartContainers"));
        Assert.StartsWith("127.234.", status.String("podIP"), StringComparison.Ordinal);
        Assert.Equal("127.0.0.1", status.String("hostIP"));
        Assert.Equal("BestEffort", status.String("qosClass"));
        JsonObject container = Container(Pod("web")!, 0)!;
        Assert.True(container.Boolean("ready"));
        Assert.True(container.Boolean("started"));
        Assert.Equal(0, container.Integer("restartCount"));
        Assert.StartsWith("process://", container.String("containerID"), StringComparison.Ordinal);
        Assert.NotNull(container.Object("state")!.Object("running")!.String("startedAt"));
        await EventAsync("Started", "Started container main");
        await EventAsync("ImageIgnored", "Image \"any\" is only a label here: the process runtime runs the command from the host's files");
    }

    [Fact]
    public async Task Where_volumes_are_when_they_cannot_be_at_their_paths_is_told()
    {
        ApplyScript("web", "exec sleep 1000", "  volumes: [{name: page, emptyDir: {}}]", "    volumeMounts: [{name: page, mountPath: /srv/page}]");

        await PhaseAsync("web", "Running");

        await EventAsync(
            "VolumesBelowSandbox", "Volumes are not at /srv/page but below $PELAGO_SANDBOX: pods of this node see the machine's files and have none of their own");
    }

    [Fact]
    public async Task Arguments_without_a_command_are_the_command_where_images_are_only_labels()
    {
        Apply("""
            kind: Pod
            metadata: {name: echo}
            spec: {restartPolicy: Never, containers: [{name: main, image: busybox, args: [echo, hi]}]}
            """);
        Apply("""
            kind: Pod
            metadata: {name: options}
            spec: {restartPolicy: Never, containers: [{name: main, image: nginx, args: [pelago-nothing-of-this-name, /data]}]}
            """);

        await PhaseAsync("echo", "Succeeded");

        Assert.Equal("hi\n", Log(Pod("echo")!));
        await Eventually.TrueAsync(() => Events("Failed").Any(text => text.Contains("takes no command from image \"nginx\"", StringComparison.Ordinal)), Cancel);
    }

    [Fact]
    public async Task Few_writes_are_enough_to_start_a_pod()
    {
        ApplyScript("web", "sleep 1000");
        await PhaseAsync("web", "Running");

        // Pending, the sandbox's address, Running, Ready: steps that fall together are one write.
        Assert.InRange(Cluster.Patches["pods/status"], 1, 5);
    }

    [Fact]
    public async Task A_pod_that_never_restarts_ends_as_its_command_does()
    {
        ApplyScript("good", "exit 0", "  restartPolicy: Never");
        ApplyScript("bad", "echo oh >/dev/stderr; exit 3", "  restartPolicy: Never");

        JsonObject good = await PhaseAsync("good", "Succeeded");
        await PhaseAsync("bad", "Failed");

        Assert.Equal("False", Condition(good, "Ready"));
        JsonObject ended = Container(Pod("bad")!, 0)!.Object("state")!.Object("terminated")!;
        Assert.Equal(3, ended.Integer("exitCode"));
        Assert.Equal("Error", ended.String("reason"));
        Assert.Equal("Completed", Container(Pod("good")!, 0)!.Object("state")!.Object("terminated")!.String("reason"));
    }

    [Fact]
    public async Task A_container_that_ends_is_restarted_and_then_backs_off()
    {
        JsonObject pod = ApplyScript("crash", "echo round; exit 1");

        JsonObject container = await StateAsync("crash", status => status.Object("state")?.Object("waiting")?.String("reason") == "CrashLoopBackOff");

        string uid = pod.Object("metadata")!.String("uid")!;
        Assert.Equal($"back-off 10s restarting failed container=main pod=crash_default({uid})", container.Object("state")!.Object("waiting")!.String("message"));
        Assert.Equal(1, container.Integer("restartCount"));
        Assert.Equal(1, container.Object("lastState")!.Object("terminated")!.Integer("exitCode"));
        Assert.Equal("Running", Pod("crash")!.Object("status")!.String("phase"));
        await EventAsync("BackOff", $"Back-off restarting failed container main in pod crash_default({uid})");
        Assert.Equal("round\n", Log(pod, attempt: 0));
        Assert.Equal("round\n", Log(pod, attempt: 1));
    }

    [Fact]
    public async Task On_failure_restarts_failures_only()
    {
        ApplyScript("once", "if [ -e \"$PELAGO_VOLUME_STATE/ran\" ]; then exit 0; fi; : >\"$PELAGO_VOLUME_STATE/ran\"; exit 1",
            "  restartPolicy: OnFailure\n  volumes: [{name: state, emptyDir: {}}]", "    volumeMounts: [{name: state, mountPath: /state}]");

        await PhaseAsync("once", "Succeeded");

        Assert.Equal(1, Container(Pod("once")!, 0)!.Integer("restartCount"));
    }

    [Fact]
    public async Task Init_containers_run_one_after_the_other_before_the_rest()
    {
        JsonObject pod = Apply("""
            kind: Pod
            metadata: {name: staged}
            spec:
              restartPolicy: Never
              volumes: [{name: v, emptyDir: {}}]
              initContainers:
              - {name: one, image: x, command: [sh, -c, 'echo one >>$PELAGO_VOLUME_V/log'], volumeMounts: [{name: v, mountPath: /v}]}
              - {name: two, image: x, command: [sh, -c, 'echo two >>$PELAGO_VOLUME_V/log'], volumeMounts: [{name: v, mountPath: /v}]}
              containers:
              - {name: main, image: x, command: [sh, -c, 'cat $PELAGO_VOLUME_V/log'], volumeMounts: [{name: v, mountPath: /v}]}
            """);

        JsonObject status = await PhaseAsync("staged", "Succeeded");

        Assert.Equal("one\ntwo\n", Log(pod));
        Assert.All(status.Array("initContainerStatuses")!.OfType<JsonObject>(), item => Assert.True(item.Boolean("ready")));
    }

    [Fact]
    public async Task A_failed_init_container_of_a_pod_that_never_restarts_fails_the_pod()
    {
        Apply("""
            kind: Pod
            metadata: {name: broken}
            spec:
              restartPolicy: Never
              initContainers: [{name: first, image: x, command: [sh, -c, exit 4]}]
              containers: [{name: main, image: x, command: [sh, -c, echo never]}]
            """);

        JsonObject status = await PhaseAsync("broken", "Failed");

        Assert.Equal(4, ((JsonObject)status.Array("initContainerStatuses")![0]!).Object("state")!.Object("terminated")!.Integer("exitCode"));
        Assert.Equal("PodInitializing", Container(Pod("broken")!, 0)!.Object("state")!.Object("waiting")!.String("reason"));
    }

    [Fact]
    public async Task A_sidecar_starts_first_and_ends_when_the_rest_is_done()
    {
        JsonObject pod = Apply("""
            kind: Pod
            metadata: {name: helped}
            spec:
              restartPolicy: Never
              terminationGracePeriodSeconds: 5
              volumes: [{name: v, emptyDir: {}}]
              initContainers:
              - name: side
                image: x
                restartPolicy: Always
                command: [sh, -c, 'trap "echo bye; exit 0" TERM; : >$PELAGO_VOLUME_V/up; while :; do sleep 0.05; done']
                volumeMounts: [{name: v, mountPath: /v}]
                startupProbe: {exec: {command: [sh, -c, 'test -e $PELAGO_VOLUME_V/up']}, periodSeconds: 1}
              containers:
              - {name: main, image: x, command: [sh, -c, 'test -e $PELAGO_VOLUME_V/up && echo found'], volumeMounts: [{name: v, mountPath: /v}]}
            """);

        await PhaseAsync("helped", "Succeeded");

        Assert.Equal("found\n", Log(pod));
        Assert.Equal("bye\n", Log(pod, "side"));
    }

    [Fact]
    public async Task Deleting_a_pod_ends_it_gracefully_and_leaves_nothing()
    {
        JsonObject pod = ApplyScript("web", "trap 'echo bye; sleep 0.3; exit 0' TERM; echo up; while :; do sleep 0.05; done");
        await PhaseAsync("web", "Running");
        await Eventually.TrueAsync(() => Log(pod).Contains("up", StringComparison.Ordinal), Cancel);

        await DeleteAsync("web");
        await GoneAsync("web");

        await EventAsync("Killing", "Stopping container main");
        await Eventually.TrueAsync(() => Agent.Pods.Count == 0, Cancel);
        Assert.Empty(System.IO.Directory.GetDirectories(Home["pods"]));
        await Eventually.TrueAsync(() => !RunningProcesses.Mention(Home.Path), Cancel);
    }

    [Fact]
    public async Task A_deleted_pod_shows_the_end_of_its_containers_before_it_goes()
    {
        ApplyScript("web", "sleep 1000");
        await PhaseAsync("web", "Running");

        await DeleteAsync("web");
        await GoneAsync("web");

        JsonObject last = Container(Cluster.Last("pods", "default", "web")!, 0)!;
        Assert.Equal(143, last.Object("state")!.Object("terminated")!.Integer("exitCode"));
    }

    [Fact]
    public async Task A_second_delete_can_shorten_the_grace_period()
    {
        JsonObject pod = ApplyScript("stubborn", "trap '' TERM; echo up; while :; do sleep 0.05; done", "  priority: 0");
        await Eventually.TrueAsync(() => Log(pod).Contains("up", StringComparison.Ordinal), Cancel);

        await DeleteAsync("stubborn", grace: 600);
        await EventAsync("Killing", "Stopping container main");
        await DeleteAsync("stubborn", grace: 1);

        await GoneAsync("stubborn");
    }

    [Fact]
    public async Task A_pod_that_vanishes_from_the_API_server_is_ended_too()
    {
        ApplyScript("web", "sleep 1000");
        await PhaseAsync("web", "Running");

        await DeleteAsync("web", grace: 0);

        await Eventually.TrueAsync(() => Agent.Pods.Count == 0, Cancel);
        await Eventually.TrueAsync(() => !RunningProcesses.Mention(Home.Path), Cancel);
    }

    [Fact]
    public async Task Hooks_run_after_the_start_and_before_the_end()
    {
        JsonObject pod = ApplyScript("hooked", "trap 'exit 0' TERM; while :; do sleep 0.05; done", "  volumes: [{name: v, hostPath: {path: " + Home["shared"] + ", type: DirectoryOrCreate}}]", """
                volumeMounts: [{name: v, mountPath: /v}]
                lifecycle:
                  postStart: {exec: {command: [sh, -c, 'echo post >>$PELAGO_VOLUME_V/log']}}
                  preStop: {exec: {command: [sh, -c, 'echo pre >>$PELAGO_VOLUME_V/log']}}
            """);
        await PhaseAsync("hooked", "Running");
        // A pod that is deleted waits for no hook.
        await Eventually.TrueAsync(() => System.IO.File.Exists(Home["shared/log"]) && System.IO.File.ReadAllText(Home["shared/log"]) == "post\n", Cancel);

        await DeleteAsync("hooked");
        await GoneAsync("hooked");

        Assert.Equal("post\npre\n", System.IO.File.ReadAllText(Home["shared/log"]));
        Assert.NotNull(pod);
    }

    [Fact]
    public async Task A_deadline_ends_the_pod()
    {
        ApplyScript("late", "sleep 1000", "  activeDeadlineSeconds: 1");

        JsonObject status = await PhaseAsync("late", "Failed");

        Assert.Equal("DeadlineExceeded", status.String("reason"));
        Assert.Equal("Pod was active on the node longer than the specified deadline", status.String("message"));
        await Eventually.TrueAsync(() => !RunningProcesses.Mention(Home.Path), Cancel);
    }

    [Theory]
    [InlineData("    resources: {requests: {cpu: 5000}}", "OutOfcpu")]
    [InlineData("    resources: {requests: {memory: 5000Ti}}", "OutOfmemory")]
    public async Task A_pod_that_does_not_fit_is_refused(string resources, string reason)
    {
        ApplyScript("big", "sleep 1000", containerMore: resources);

        JsonObject status = await PhaseAsync("big", "Failed");

        Assert.Equal(reason, status.String("reason"));
        Assert.StartsWith("Pod was rejected: Node didn't have enough resource: ", status.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_cannot_be_run_is_told_in_status_and_event()
    {
        Apply("""
            kind: Pod
            metadata: {name: missing}
            spec: {containers: [{name: main, image: x, command: [no-such-program]}]}
            """);

        JsonObject container = await StateAsync("missing", status => status.Object("lastState")?.Object("terminated") is not null);

        Assert.Equal("StartError", container.Object("lastState")!.Object("terminated")!.String("reason"));
        Assert.Equal(128, container.Object("lastState")!.Object("terminated")!.Integer("exitCode"));
        await EventAsync("Failed", "Error: exec: \"no-such-program\": executable file not found in $PATH");
    }

    [Fact]
    public async Task A_container_without_a_command_says_what_to_do()
    {
        Apply("""
            kind: Pod
            metadata: {name: imageonly}
            spec: {containers: [{name: main, image: nginx}]}
            """);

        JsonObject container = await StateAsync("imageonly", status => status.Object("state")?.Object("waiting")?.String("reason") == "CreateContainerError");

        Assert.Contains("set the container's command", container.Object("state")!.Object("waiting")!.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_words_of_a_container_are_its_message()
    {
        ApplyScript("words", "echo 'from the log'; exit 1", "  restartPolicy: Never", "    terminationMessagePolicy: FallbackToLogsOnError");

        await PhaseAsync("words", "Failed");

        Assert.Equal("from the log\n", Container(Pod("words")!, 0)!.Object("state")!.Object("terminated")!.String("message"));
    }
}
