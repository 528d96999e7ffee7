// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class EndpointsTests
{
    private const string Services = "/api/v1/namespaces/NS/services";
    private const string Endpoints = "/api/v1/namespaces/NS/endpoints";
    private const string Slices = "/apis/discovery.k8s.io/v1/namespaces/NS/endpointslices";

    [Fact]
    public async Task Service_has_the_addresses_of_its_ready_pods_in_both_forms()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Services, """{"metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":80,"targetPort":8080}]}}""");
        await cluster.CreateAsync("/apis/apps/v1/namespaces/NS/replicasets", ReplicaSetTests.Set("web", 3));

        KubeObject? endpoints = await cluster.UntilAsync(Endpoints + "/web", item => Addresses(item, "addresses").Count == 3);
        List<KubeObject> slices = await cluster.UntilListAsync(Slices, list => list.Sum(slice => slice.Json.Array("endpoints")?.Count ?? 0) == 3);

        Assert.Equal(8080, ((JsonObject)endpoints!.Value.Json.Array("subsets")![0]!).Array("ports")![0]!["port"]!.GetValue<long>());
        KubeObject slice = Assert.Single(slices);
        Assert.Equal(("web", "endpointslice-controller.k8s.io"), (slice.Labels!.String("kubernetes.io/service-name"), slice.Labels!.String("endpointslice.kubernetes.io/managed-by")));
        Assert.All(slice.Json.Array("endpoints")!, endpoint => Assert.True(endpoint!["conditions"]!["ready"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task Ports_that_a_node_assigned_stand_in_for_those_declared()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Services, """{"metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":80,"targetPort":"http"},{"name":"other","port":81}]}}""");
        await cluster.CreateAsync("/api/v1/namespaces/NS/pods", """
            {"metadata":{"name":"web","labels":{"app":"web"},"annotations":{"ports.pelago.dev/assigned":"8080=20001"}},
             "spec":{"containers":[{"name":"c","image":"i","ports":[{"name":"http","containerPort":8080}]}]}}
            """);

        KubeObject? endpoints = await cluster.UntilAsync(Endpoints + "/web", item => Addresses(item, "addresses").Count == 1);
        List<KubeObject> slices = await cluster.UntilListAsync(Slices, list => list.Sum(slice => slice.Json.Array("endpoints")?.Count ?? 0) == 1);

        Assert.Equal([20001, 81], Ports(endpoints!.Value.Json.Array("subsets")![0]!.AsObject()));
        Assert.Equal([20001, 81], Ports(Assert.Single(slices, slice => slice.Json.Array("endpoints") is { Count: > 0 }).Json));

        static long[] Ports(JsonObject holder) => [.. holder.Array("ports")!.OrderBy(port => port!["name"]!.ToString()).Select(port => port!["port"]!.GetValue<long>())];
    }

    [Fact]
    public async Task Pod_that_is_not_ready_is_listed_as_such()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        cluster.Kubelet.Fate = _ => PodFate.Unready;
        await cluster.CreateAsync(Services, """{"metadata":{"name":"web"},"spec":{"clusterIP":"None","selector":{"app":"web"}}}""");
        await cluster.CreateAsync("/apis/apps/v1/namespaces/NS/replicasets", ReplicaSetTests.Set("web", 1));
        await cluster.UntilAsync(Endpoints + "/web", item => Addresses(item, "notReadyAddresses").Count == 1);

        cluster.Kubelet.Fate = _ => PodFate.Ready;
        cluster.Kubelet.Reconsider();

        await cluster.UntilAsync(Endpoints + "/web", item => Addresses(item, "addresses").Count == 1 && Addresses(item, "notReadyAddresses").Count == 0);
    }

    [Fact]
    public async Task Endpoints_written_by_people_are_mirrored_into_slices()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Services, """{"metadata":{"name":"db"},"spec":{"ports":[{"port":5432}]}}""");
        await cluster.CreateAsync(Endpoints, """{"metadata":{"name":"db"},"subsets":[{"addresses":[{"ip":"192.0.2.7"}],"ports":[{"port":5432}]}]}""");

        List<KubeObject> slices = await cluster.UntilListAsync(Slices, list => list.Count == 1);

        Assert.Equal("endpointslicemirroring-controller.k8s.io", slices[0].Labels!.String("endpointslice.kubernetes.io/managed-by"));
        Assert.Equal("192.0.2.7", slices[0].Json.Array("endpoints")![0]!["addresses"]![0]!.ToString());
    }

    [Fact]
    public async Task Hundred_and_fifty_pods_need_two_slices()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Services, """{"metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80}]}}""");
        await cluster.CreateAsync("/apis/apps/v1/namespaces/NS/replicasets", ReplicaSetTests.Set("web", 150));

        List<KubeObject> slices = await cluster.UntilListAsync(Slices, list => list.Sum(slice => slice.Json.Array("endpoints")?.Count ?? 0) == 150);

        Assert.Equal(2, slices.Count);
    }

    private static JsonArray Addresses(KubeObject? endpoints, string field) =>
        ((endpoints?.Json.Array("subsets") ?? []).FirstOrDefault() as JsonObject)?.Array(field) ?? [];
}
