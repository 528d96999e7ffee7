// SPDX-License-Identifier: Apache-2.0

using k8s;
using k8s.Models;
using Xunit;

namespace Pelago.Conformance.Harness;

/// <summary>A test that speaks HTTP and the official C# client, in a namespace of its own that is deleted afterwards.</summary>
public abstract class ApiTest(TestCluster cluster) : IAsyncLifetime
{
    protected TestCluster Cluster { get; } = cluster;

    protected string Namespace { get; } = $"a-{Guid.NewGuid().ToString("n")[..8]}";

    protected RawApi Api { get; } = new(cluster.Kubeconfig);

    protected Kubernetes Client { get; } = new(KubernetesClientConfiguration.BuildConfigFromConfigFile(cluster.Kubeconfig));

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The path of a resource in this test's namespace: <c>configmaps</c>, <c>apps/v1/deployments</c>.</summary>
    protected string Path(string resource, string name = "", string query = "")
    {
        int slash = resource.LastIndexOf('/');
        string path = slash < 0 ? $"/api/v1/namespaces/{Namespace}/{resource}" : $"/apis/{resource[..slash]}/namespaces/{Namespace}/{resource[(slash + 1)..]}";
        return path + (name.Length > 0 ? "/" + name : "") + (query.Length > 0 ? "?" + query : "");
    }

    public async ValueTask InitializeAsync()
    {
        await Client.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = Namespace } }, cancellationToken: Cancel);
        await Until(async () => (await Api.GetAsync(Path("serviceaccounts", "default"))) is { Code: 200 } account && HasToken(account), "the default service account exists");
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Api.DeleteAsync($"/api/v1/namespaces/{Namespace}");
        Api.Dispose();
        Client.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Before 1.24 a service account has a Secret with its token, and pods are refused until it is there.</summary>
    private bool HasToken(RawAnswer account) => Cluster.MinorVersion >= 24 || account.Json["secrets"] is not null;

    /// <summary>Every namespace is given this ConfigMap a moment after its account: tests that watch or count ConfigMaps wait for it.</summary>
    protected Task RootCertificateAsync() => Until(async () => (await Api.GetAsync(Path("configmaps", "kube-root-ca.crt"))).Code == 200, "the root certificate is published");

    protected static string ConfigMap(string name, string data = "{}", string labels = "{}") =>
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","labels":{{{labels}}}},"data":{{{data}}}}""";

    protected static Task Until(Func<Task<bool>> condition, string what, int seconds = 60) => Waiting.UntilAsync(condition, what, seconds);
}
