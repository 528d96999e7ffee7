// SPDX-License-Identifier: Apache-2.0

using Xunit;

namespace Pelago.Conformance.Harness;

/// <summary>A test that speaks kubectl, in a namespace of its own that is deleted afterwards.</summary>
public abstract class KubectlTest(TestCluster cluster) : IAsyncLifetime
{
    protected TestCluster Cluster { get; } = cluster;

    protected string Namespace { get; } = $"t-{Guid.NewGuid().ToString("n")[..8]}";

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected Kubectl Kubectl(string version) => new(Cluster, version, Namespace);

    public virtual async ValueTask InitializeAsync()
    {
        await Admin().RunAsync("create", "namespace", Namespace);
        // As on any cluster: pods are refused until the namespace has its default service account.
        await Until(async () => (await Admin().TryAsync(null, "get", "serviceaccount", "default", "-n", Namespace)).ExitCode == 0, "the default service account exists");
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Admin().TryAsync(null, "delete", "namespace", Namespace, "--wait=false");
        GC.SuppressFinalize(this);
    }

    /// <summary>Tolerations of pods that stay when another test makes a node evict its pods.</summary>
    protected const string Staying = """[{"operator":"Exists","effect":"NoExecute"}]""";

    /// <summary>An option by which the pod of <c>kubectl run</c> stays as well.</summary>
    protected const string StayingRun = $$"""--overrides={"apiVersion":"v1","spec":{"tolerations":{{Staying}} } }""";

    /// <summary>A pod's manifest that runs a shell script. Unless told otherwise it stays when another test makes a node evict its pods.</summary>
    protected string ShellPod(string name, string script, string restartPolicy = "Always", string tolerations = Staying) => $$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}","labels":{"app":"{{{name}}}"}},
         "spec":{"restartPolicy":"{{{restartPolicy}}}","tolerations":{{{tolerations}}},"terminationGracePeriodSeconds":2,"containers":[{{{ShellContainer(script)}}}]}}
        """;

    /// <summary>A ConfigMap's manifest.</summary>
    protected static string Settings(string name, params (string Key, string Value)[] data) =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"},"data":{ {{string.Join(',', data.Select(pair => $"\"{pair.Key}\":\"{pair.Value}\""))}} } }""";

    /// <summary>A Deployment's manifest whose pods run a shell script.</summary>
    protected string ShellDeployment(string name, int replicas, string script, string extra = "") => $$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{name}}}"},
         "spec":{"replicas":{{{replicas}}},"selector":{"matchLabels":{"app":"{{{name}}}"}},{{{extra}}}
          "template":{"metadata":{"labels":{"app":"{{{name}}}"}},"spec":{"terminationGracePeriodSeconds":1,"tolerations":{{{Staying}}},"containers":[{{{ShellContainer(script)}}}] } } } }
        """;

    protected const string SleepForever = "trap 'exit 0' TERM; sleep 100000 & wait";

    /// <summary>Waits for a state of the cluster that has no command to wait for it.</summary>
    protected static Task Until(Func<Task<bool>> condition, string what, int seconds = 60) => Waiting.UntilAsync(condition, what, seconds);

    /// <summary><c>kubectl wait --for=delete</c>; old ones call it an error when there is nothing any more to wait for.</summary>
    protected static async Task WaitForDeleteAsync(Kubectl kubectl, string version, params string[] arguments)
    {
        KubectlResult result = await kubectl.TryAsync(null, ["wait", "--for=delete", .. arguments]);
        bool wasLate = KubectlVersions.IsBefore(version, 23) && result.Error.Contains("no matching resources found", StringComparison.Ordinal);
        Assert.True(result.ExitCode == 0 || wasLate, result.ToString());
    }

    private Kubectl Admin() => new(Cluster, KubectlVersions.Preparing);

    private string ShellContainer(string script) =>
        $$$"""{"name":"main","image":"{{{Cluster.Image}}}","imagePullPolicy":"Never","command":["sh","-c",{{{System.Text.Json.JsonSerializer.Serialize(script)}}}]}""";
}
