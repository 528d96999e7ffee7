// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Text.RegularExpressions;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.KubectlTour;

public sealed class WorkloadTests(TestCluster cluster) : KubectlTest(cluster)
{
    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Rollout_goes_forward_and_back(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellDeployment("web", 2, SleepForever), "apply", "-f", "-");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=60s");

        await kubectl.RunAsync("set", "env", "deployment/web", "STEP=two");
        Assert.Contains("successfully rolled out", (await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=60s")).Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^1 +<none>\n2 +<none>$", (await kubectl.RunAsync("rollout", "history", "deployment/web")).Output);
        await kubectl.RunAsync("rollout", "undo", "deployment/web");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=60s");

        Assert.Equal("", (await kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.spec.template.spec.containers[0].env}")).Output);
        Assert.Matches(@"(?m)^2 +<none>\n3 +<none>$", (await kubectl.RunAsync("rollout", "history", "deployment/web")).Output);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Rollout_pauses_resumes_and_restarts(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellDeployment("web", 1, SleepForever), "apply", "-f", "-");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=60s");

        await kubectl.RunAsync("rollout", "pause", "deployment/web");
        await kubectl.RunAsync("set", "env", "deployment/web", "STEP=two");
        await Until(async () => (await kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.status.observedGeneration}={.metadata.generation}")).Output is var g && g.Split('=')[0] == g.Split('=')[1], "the paused change is observed");
        Assert.Equal("replicaset.apps", (await kubectl.RunAsync("get", "rs", "-o", "name")).Output.Trim().Split('/')[0]);
        Assert.Single((await kubectl.RunAsync("get", "rs", "-o", "name")).Output.Trim().Split('\n'));
        await kubectl.RunAsync("rollout", "resume", "deployment/web");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=60s");
        await kubectl.RunAsync("rollout", "restart", "deployment/web");
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=60s");

        Assert.Equal(3, (await kubectl.RunAsync("get", "rs", "-o", "name")).Output.Trim().Split('\n').Length);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Scale_and_wait_follow_the_replicas(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellDeployment("web", 1, SleepForever), "apply", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Available", "deployment/web", "--timeout=60s");

        await kubectl.RunAsync("scale", "deployment/web", "--replicas=3");
        if (KubectlVersions.IsBefore(version, 23)) // which cannot wait for a field
            await Until(async () => (await kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}")).Output == "3", "three replicas are ready");
        else
            await kubectl.RunAsync("wait", "--for=jsonpath={.status.readyReplicas}=3", "deployment/web", "--timeout=60s");
        KubectlResult refused = await kubectl.TryAsync(null, "scale", "deployment/web", "--current-replicas=9", "--replicas=1");
        await kubectl.RunAsync("scale", "deployment/web", "--replicas=0");
        // A kubelet that is told by containerd that the container is gone already tries again only after its back-off.
        await WaitForDeleteAsync(kubectl, version, "pod", "-l", "app=web", $"--timeout={(Cluster.IsEmbedded ? 60 : 180)}s");

        Assert.Contains("Expected replicas to be 9, was 3", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Pods_are_described_with_their_events(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellPod("one", SleepForever), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/one", "--timeout=60s");

        string description = "";
        // Events are written behind the status that they belong to.
        await Until(
            async () => Regex.IsMatch(description = (await kubectl.RunAsync("describe", "pod", "one")).Output, @"(?m)^ +Normal +Started ") && Regex.IsMatch(description, @"(?m)^ +Normal +Scheduled "),
            "its binding and its start are told");

        Assert.Matches(@"(?m)^Status: +Running$", description);
        Assert.Matches(@"(?m)^ +Normal +Scheduled ", description);
        Assert.Matches(@"(?m)^one +1/1 +Running +0 +\d+s +\S+ +\S+ +<none> +<none>$", (await kubectl.RunAsync("get", "pod", "one", "-o", "wide")).Output);
        if (!KubectlVersions.IsBefore(version, 26)) // which has no such command
            Assert.Contains("Started", (await kubectl.RunAsync("events", "--for=pod/one")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Logs_are_read_whole_by_tail_with_times_and_of_the_previous_container(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellPod("talker", "echo one; echo two >&2; sleep 0.2; echo three; [ -e /tmp/again-$HOSTNAME ] || sleep 1; exit 3", "OnFailure"), "create", "-f", "-");
        await Until(async () => (await kubectl.RunAsync("get", "pod", "talker", "-o", "jsonpath={.status.containerStatuses[0].restartCount}")).Output is not ("" or "0"), "the container restarted");

        // Asked again where the container before was being cleared away: a kubelet keeps one, and this one restarts.
        await Until(async () => (await kubectl.TryAsync(null, "logs", "talker", "--previous")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).SequenceEqual(["one", "three", "two"]), "the log of the container before is whole");
        await Until(async () => (await kubectl.RunAsync("logs", "talker", "--tail=1")).Output == "three\n", "the last line is the tail");
        // Asked again where the next container has just begun and has said nothing yet.
        await Until(
            async () => Regex.IsMatch((await kubectl.TryAsync(null, "logs", "talker", "--timestamps")).Output, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d) \w+\n"),
            "each line has its time");
        Assert.Equal("3", (await kubectl.RunAsync("get", "pod", "talker", "-o", "jsonpath={.status.containerStatuses[0].lastState.terminated.exitCode}")).Output);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Logs_follow_line_by_line(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellPod("counter", "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.2; done"), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/counter", "--timeout=60s");

        using Process follow = kubectl.Start(["logs", "-f", "counter"]);
        for (int i = 1; i <= 10; i++)
            Assert.Equal($"line {i}", await follow.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel));
        follow.Kill();
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.Streaming), MemberType = typeof(KubectlVersions))]
    public async Task Exec_gives_output_exit_code_and_takes_stdin(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellPod("host", SleepForever), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/host", "--timeout=60s");

        Assert.Equal("hello\n", (await kubectl.RunAsync("exec", "host", "--", "echo", "hello")).Output);
        KubectlResult seven = await kubectl.TryAsync(null, "exec", "host", "--", "sh", "-c", "echo oops >&2; exit 7");
        Assert.Equal("ABC", (await kubectl.PipeAsync("abc", "exec", "-i", "host", "--", "tr", "a-z", "A-Z")).Output);

        Assert.Equal(7, seven.ExitCode);
        Assert.StartsWith("oops\n", seven.Error, StringComparison.Ordinal);
        Assert.Contains("command terminated with exit code 7", seven.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.Streaming), MemberType = typeof(KubectlVersions))]
    public async Task Cp_carries_a_small_file_both_ways(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellPod("host", SleepForever), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/host", "--timeout=60s");
        string local = Path.Combine(Directory.CreateTempSubdirectory("pelago-cp-").FullName, "letter");
        await File.WriteAllTextAsync(local, "dear pod\n", Cancel);

        await kubectl.RunAsync("cp", local, "host:/tmp/letter");
        await kubectl.RunAsync("cp", "host:/tmp/letter", local + ".back");

        Assert.Equal("dear pod\n", await File.ReadAllTextAsync(local + ".back", Cancel));
        Directory.Delete(Path.GetDirectoryName(local)!, recursive: true);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Delete_waits_until_the_pod_is_gone(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellPod("one", SleepForever), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/one", "--timeout=60s");

        Assert.StartsWith("pod \"one\" deleted", (await kubectl.RunAsync("delete", "pod", "one")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await kubectl.TryAsync(null, "get", "pod", "one")).ExitCode);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Delete_cascades_orphans_or_waits_for_dependents(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellDeployment("a", 1, SleepForever), "apply", "-f", "-");
        await kubectl.PipeAsync(ShellDeployment("b", 1, SleepForever), "apply", "-f", "-");
        await kubectl.RunAsync("rollout", "status", "deployment/a", "--timeout=60s");
        await kubectl.RunAsync("rollout", "status", "deployment/b", "--timeout=60s");

        await kubectl.RunAsync("delete", "deployment", "a", "--cascade=orphan");
        await kubectl.RunAsync("delete", "deployment", "b", "--cascade=foreground");

        string left = (await kubectl.RunAsync("get", "rs", "-o", "name")).Output;
        Assert.Contains("replicaset.apps/a-", left, StringComparison.Ordinal);
        Assert.DoesNotContain("replicaset.apps/b-", left, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Jobs_complete(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync($$$"""
            {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"sum"},"spec":{"completions":3,"parallelism":2,"template":{"spec":{"restartPolicy":"Never",
             "containers":[{"name":"main","image":"{{{Cluster.Image}}}","imagePullPolicy":"Never","command":["sh","-c","echo $((20+22))"]}] } } } }
            """, "create", "-f", "-");

        await kubectl.RunAsync("wait", "--for=condition=Complete", "job/sum", "--timeout=90s");

        Assert.Equal("3", (await kubectl.RunAsync("get", "job", "sum", "-o", "jsonpath={.status.succeeded}")).Output);
        Assert.Equal("42\n", (await kubectl.RunAsync("logs", "job/sum")).Output);
    }
}
