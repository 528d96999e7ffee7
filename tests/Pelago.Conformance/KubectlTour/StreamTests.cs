// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.KubectlTour;

/// <summary>What the node of a pod answers through the API server: streams, proxies, measurements.</summary>
public sealed class StreamTests(TestCluster cluster) : KubectlTest(cluster)
{
    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Followed_log_ends_with_its_container(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellPod("short", "for i in 1 2 3 4 5; do echo $i; sleep 0.2; done", "Never"), "create", "-f", "-");
        await Until(async () => (await kubectl.RunAsync("get", "pod", "short", "-o", "jsonpath={.status.phase}")).Output is "Running" or "Succeeded", "the pod runs");

        Assert.Equal("1\n2\n3\n4\n5\n", (await kubectl.RunAsync("logs", "-f", "short")).Output);
        Assert.Equal("4\n5\n", (await kubectl.RunAsync("logs", "-f", "short", "--tail=2")).Output);
        Assert.Equal("1\n2", (await kubectl.RunAsync("logs", "short", "--limit-bytes=3")).Output);
        Assert.Equal("1\n2\n3\n4\n5\n", (await kubectl.RunAsync("logs", "short", "--since=1h")).Output);
        Assert.Equal("", (await kubectl.RunAsync("logs", "short", "--since-time=2100-01-01T00:00:00Z")).Output);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Refused_logs_say_why(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(
            $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"two"},"spec":{"tolerations":{{{Staying}}},"terminationGracePeriodSeconds":1,"containers":[
             {"name":"one","image":"{{{Cluster.Image}}}","imagePullPolicy":"Never","command":["sleep","1000"]},
             {"name":"other","image":"{{{Cluster.Image}}}","imagePullPolicy":"Never","command":["sleep","1000"],"env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"absent","key":"a"} } }]}]}}
            """, "create", "-f", "-");
        await Until(
            async () => (await kubectl.RunAsync("get", "pod", "two", "-o", "jsonpath={.status.containerStatuses[*].state.waiting.reason}")).Output == "CreateContainerConfigError",
            "the second container cannot be made");

        Assert.Contains("container none is not valid for pod two", (await kubectl.TryAsync(null, "logs", "two", "-c", "none")).Error, StringComparison.Ordinal);
        Assert.Contains(
            "container \"other\" in pod \"two\" is waiting to start: CreateContainerConfigError", (await kubectl.TryAsync(null, "logs", "two", "-c", "other")).Error, StringComparison.Ordinal);
        Assert.Contains(
            "previous terminated container \"one\" in pod \"two\" not found", (await kubectl.TryAsync(null, "logs", "two", "-c", "one", "--previous")).Error, StringComparison.Ordinal);
        Assert.Contains("pods \"none\" not found", (await kubectl.TryAsync(null, "logs", "none")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.Streaming), MemberType = typeof(KubectlVersions))]
    public async Task Attach_talks_to_the_container_itself(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(
            $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"echo"},"spec":{"tolerations":{{{Staying}}},"terminationGracePeriodSeconds":1,"restartPolicy":"Never","containers":[
             {"name":"main","image":"{{{Cluster.Image}}}","imagePullPolicy":"Never","stdin":true,"command":["sh","-c","while read line; do echo got $line; [ $line = end ] && exit 4; done"]}]}}
            """, "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/echo", "--timeout=60s");

        using Process attach = kubectl.Start(["attach", "-i", "echo"], withInput: true);
        await attach.StandardInput.WriteAsync("hello\nend\n".AsMemory(), Cancel);
        await attach.StandardInput.FlushAsync(Cancel);
        Task<string> output = attach.StandardOutput.ReadToEndAsync(Cancel);
        await attach.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        Assert.Equal("got hello\ngot end\n", await output);
        await Until(async () => (await kubectl.RunAsync("get", "pod", "echo", "-o", "jsonpath={.status.containerStatuses[0].state.terminated.exitCode}")).Output == "4", "its exit code is known");
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.Streaming), MemberType = typeof(KubectlVersions))]
    public async Task Run_attached_prints_once_and_ends_with_the_code_of_the_container(string version)
    {
        KubectlResult result = await Kubectl(version).TryAsync(
            null, "run", "once", $"--image={Cluster.Image}", "--image-pull-policy=Never", StayingRun, "--restart=Never", "--rm", "-i", "--command", "--", "sh", "-c", "sleep 8; echo said; exit 3"); // a kubelet may tell seconds later that it runs

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(2, result.Output.Split("said").Length);
        Assert.DoesNotContain("couldn't attach", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.Streaming), MemberType = typeof(KubectlVersions))]
    public async Task Exec_carries_megabytes_both_ways_unchanged(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellPod("host", SleepForever), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/host", "--timeout=60s");
        string text = string.Concat(Enumerable.Range(0, 200_000).Select(i => $"line {i}\n"));

        string back = (await kubectl.PipeAsync(text, "exec", "-i", "host", "--", "cat")).Output;

        Assert.Equal(text.Length, back.Length);
        Assert.Equal(text, back);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Proxies_reach_ports_of_pods_and_services(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(
            $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","labels":{"app":"web"}},"spec":{"tolerations":{{{Staying}}},"terminationGracePeriodSeconds":1,"containers":[
             {"name":"main","image":"{{{Cluster.Image}}}","imagePullPolicy":"Never","ports":[{"containerPort":8080}],
              "command":["sh","-c","mkdir -p /tmp/w-$HOSTNAME; echo hello from the pod >/tmp/w-$HOSTNAME/index.html; exec {{{Cluster.Busybox()}}} httpd -f -p ${PORT0:-8080} -h /tmp/w-$HOSTNAME"]}]}}
            """, "create", "-f", "-");
        await kubectl.PipeAsync(
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":80,"targetPort":8080}]}}""", "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/web", "--timeout=60s");

        string root = $"/api/v1/namespaces/{Namespace}";
        await Until(async () => (await kubectl.TryAsync(null, "get", "--raw", $"{root}/pods/web:8080/proxy/index.html")).Output == "hello from the pod\n", "the pod answers through its proxy");
        await Until(async () => (await kubectl.TryAsync(null, "get", "--raw", $"{root}/services/web:http/proxy/")).Output == "hello from the pod\n", "the service answers through its proxy");
        Assert.NotEqual(0, (await kubectl.TryAsync(null, "get", "--raw", $"{root}/services/web:none/proxy/")).ExitCode);
        Assert.NotEqual(0, (await kubectl.TryAsync(null, "get", "--raw", $"{root}/pods/web:1/proxy/")).ExitCode);
    }

    [Fact]
    public async Task A_proxy_speaks_tls_with_a_pod_that_does()
    {
        TestCluster.NotOn(Cluster.HasImages, "the image of these tests has no server that speaks TLS");
        Kubectl kubectl = Kubectl(KubectlVersions.Preparing);
        const string Serve = "cd $(mktemp -d); openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout k -out c; exec openssl s_server -key k -cert c -accept ${PORT0:-8443} -www";
        JsonNode pod = JsonNode.Parse(ShellPod("tls", Serve))!;
        pod["spec"]!["containers"]![0]!["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 8443 });
        await kubectl.PipeAsync(pod.ToJsonString(), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/tls", "--timeout=60s");

        string proxy = $"/api/v1/namespaces/{Namespace}/pods/https:tls:8443/proxy/";
        await Until(async () => (await kubectl.TryAsync(null, "get", "--raw", proxy)).Output.Contains("Secure Renegotiation IS supported", StringComparison.Ordinal), "the pod answers");
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Top_shows_what_nodes_and_pods_use(string version)
    {
        TestCluster.NotOn(!Cluster.IsEmbedded, "metrics.k8s.io comes with metrics-server, which is not part of a bare Kubernetes");
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellPod("busy", "trap 'exit 0' TERM; while :; do :; done"), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/busy", "--timeout=60s");

        Assert.Matches(@"(?m)^node-1 +\d+m +\d+% +\d+Mi +\d+%", (await kubectl.RunAsync("top", "nodes")).Output);
        await Until(
            async () => System.Text.RegularExpressions.Regex.IsMatch((await kubectl.TryAsync(null, "top", "pod", "busy")).Output, @"(?m)^busy +[1-9]\d+m +\d+Mi"),
            "the loop shows in the measurements");
        Assert.Matches(@"(?m)^busy +main +\d+m +\d+Mi", (await kubectl.RunAsync("top", "pods", "-l", "app=busy", "--containers")).Output);
        await kubectl.RunAsync("delete", "pod", "busy", "--grace-period=0", "--force");
    }
}
