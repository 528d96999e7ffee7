// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.Services;

/// <summary>A test that asks services from the host, which only works where the host is a node of the cluster.</summary>
public abstract class ServiceTest(TestCluster cluster) : KubectlTest(cluster)
{
    protected void AskedFromTheHost() =>
        TestCluster.NotOn(!Cluster.IsEmbedded, "services are asked from the machine of the tests, which is no node of another cluster");

    protected static void WithNamespacesOfTheirOwn() =>
        TestCluster.NotOn(!Environment.IsPrivilegedProcess, "pods have namespaces of their own only when the daemon runs as root");

    /// <summary>kubectl of the version that the fast lane uses.</summary>
    protected Kubectl Kube => Kubectl("1.30");

    /// <summary>Pods that answer HTTP on the port they are told with their own names.</summary>
    protected string WebPods(string name, int replicas, string more = "") => $$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{name}}}"},
         "spec":{"replicas":{{{replicas}}},"selector":{"matchLabels":{"app":"{{{name}}}"}},
          "template":{"metadata":{"labels":{"app":"{{{name}}}"}},"spec":{"terminationGracePeriodSeconds":1,"tolerations":{{{Staying}}},{{{more}}}"containers":[
           {"name":"main","image":"{{{Cluster.Image}}}","imagePullPolicy":"Never",
            "command":["sh","-c","w=$(mktemp -d); echo $NAME >$w/index.html; exec {{{Cluster.Busybox()}}} httpd -f -p $PORT -h $w"],
            "env":[{"name":"NAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"} } }],"ports":[{"name":"http","containerPort":8080}],
            "readinessProbe":{"httpGet":{"path":"/","port":"http"},"periodSeconds":1} }] } } } }
        """;

    protected async Task ApplyAsync(params string[] manifests)
    {
        foreach (string manifest in manifests)
            await Kube.PipeAsync(manifest, "apply", "-f", "-");
    }

    protected async Task ReadyAsync(string deployment) => await Kube.RunAsync("rollout", "status", $"deployment/{deployment}", "--timeout=80s");

    protected async Task<string> FieldAsync(string resource, string path) => (await Kube.RunAsync("get", resource, "-o", $"jsonpath={{{path}}}")).Output;

    /// <summary>The names of the pods that exist now.</summary>
    protected async Task<string[]> PodsAsync(string app) =>
        (await Kube.RunAsync("get", "pods", "-l", $"app={app}", "-o", "jsonpath={.items[*].metadata.name}")).Output.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Each a request of its own over a connection of its own, all of which must be answered.</summary>
    protected static async Task<List<string>> AskAsync(string url, int times)
    {
        var answers = new List<string>();
        for (int i = 0; i < times; i++)
        {
            (int code, string output) = await RunAsync("curl", "-sS", "-m", "20", url);
            Assert.True(code == 0, $"curl {url}, the {i + 1}th time, ended with {code}: {output}");
            answers.Add(output.Trim());
        }
        return answers;
    }

    /// <summary>Waits for the first answer: the proxy learns of endpoints a moment after kubectl does.</summary>
    protected static Task AnsweringAsync(string url) => Until(async () => (await RunAsync("curl", "-sS", "-m", "5", url)).Code == 0, $"{url} answers");

    /// <summary>In one series of calls: a pod that is Ready is among the endpoints a moment later.</summary>
    protected static Task AnswerAllAsync(string url, string[] answers, int calls) =>
        Until(async () => (await AskAsync(url, calls)).Distinct().Order().SequenceEqual(answers.Order()), $"{answers.Length} pods answer in turn");

    protected static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        Task<string> error = process.StandardError.ReadToEndAsync(Cancel);
        string output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, output + await error);
    }
}
