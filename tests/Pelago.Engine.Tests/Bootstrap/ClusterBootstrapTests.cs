// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Engine.Tests.Certificates;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Bootstrap;

public sealed class ClusterBootstrapTests : IDisposable
{
    private static readonly GroupVersionResource ClusterRoles = new("rbac.authorization.k8s.io", "v1", "clusterroles");
    private readonly TemporaryDirectory _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Second_start_on_another_port_corrects_what_names_the_server_and_leaves_the_rest()
    {
        ResourcePath service = new(new GroupVersionResource("", "v1", "services"), "default", "kubernetes");
        ResourcePath slice = new(new GroupVersionResource("discovery.k8s.io", "v1", "endpointslices"), "default", "kubernetes");
        ResourcePath authentication = new(new GroupVersionResource("", "v1", "configmaps"), "kube-system", "extension-apiserver-authentication");
        string clusterAdmin, address;
        await using (EngineHost first = await StartAsync())
        {
            IKubeApi api = first.ApiFor("test");
            clusterAdmin = (await ReadAsync(api, new ResourcePath(ClusterRoles, "", "cluster-admin"))).ResourceVersion;
            address = (await ReadAsync(api, service)).Spec!.String("clusterIP")!;
        }

        await using EngineHost second = await StartAsync();
        IKubeApi again = second.ApiFor("test");

        Assert.Equal(clusterAdmin, (await ReadAsync(again, new ResourcePath(ClusterRoles, "", "cluster-admin"))).ResourceVersion);
        KubeObject found = await ReadAsync(again, service);
        Assert.Equal(address, found.Spec!.String("clusterIP"));
        Assert.Equal(second.Server.Port, found.Spec!.Array("ports")![0]!["targetPort"].AsInteger());
        Assert.Equal(second.Server.Port, (await ReadAsync(again, slice)).Json.Array("ports")![0]!["port"].AsInteger());
        JsonObject data = (await ReadAsync(again, authentication)).Json.Object("data")!;
        Assert.Equal("[\"front-proxy-client\"]", data.String("requestheader-allowed-names"));
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", data.String("client-ca-file"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Role_with_the_label_of_view_becomes_part_of_view_edit_and_admin()
    {
        await using EngineHost host = await StartAsync();
        IKubeApi api = host.ApiFor("test");
        const string Widgets = """{"verbs":["get"],"apiGroups":["x.example"],"resources":["widgets"]}""";

        (await api.CreateAsync(
            new ResourcePath(ClusterRoles),
            Encoding.UTF8.GetBytes($$"""{"metadata":{"name":"widgets","labels":{"rbac.authorization.k8s.io/aggregate-to-view":"true"} },"rules":[{{Widgets}}]}"""),
            WriteQuery.None, TestContext.Current.CancellationToken)).BodyOrThrow();

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var missing = new HashSet<string> { "view", "edit", "admin" };
        await foreach (RawWatchEvent change in api.WatchAsync(new ResourcePath(ClusterRoles), ListQuery.Everything, patience.Token))
        {
            var role = KubeObject.Parse(change.Object);
            if (role.Json.Array("rules")?.Any(rule => JsonNode.DeepEquals(rule, JsonNode.Parse("""{"verbs":["get"],"apiGroups":["x.example"],"resources":["widgets"]}"""))) == true)
                missing.Remove(role.Name);
            if (missing.Count == 0)
                return;
        }

        Assert.Empty(missing);
    }

    private static async Task<KubeObject> ReadAsync(IKubeApi api, ResourcePath path) =>
        KubeObject.Parse((await api.GetAsync(path, TestContext.Current.CancellationToken)).BodyOrThrow());

    private Task<EngineHost> StartAsync() => EngineHost.StartAsync(
        new EngineOptions { StateDirectory = _home.Path, Durability = EngineDurability.Fast, RunControllers = false }, NullLoggerFactory.Instance, TimeProvider.System,
        TestContext.Current.CancellationToken);
}
