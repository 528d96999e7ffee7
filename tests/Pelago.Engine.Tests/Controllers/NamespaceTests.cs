// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class NamespaceTests
{
    private const string Maps = "/api/v1/namespaces/NS/configmaps";

    [Fact]
    public async Task New_namespace_gets_its_service_account_and_root_authority()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();

        await cluster.UntilAsync("/api/v1/namespaces/NS/serviceaccounts/default", account => account is not null);
        await cluster.UntilAsync(Maps + "/kube-root-ca.crt", map => map?.Json.At("data", "ca.crt") is not null);
        await cluster.DeleteAsync(Maps + "/kube-root-ca.crt");

        await cluster.UntilAsync(Maps + "/kube-root-ca.crt", map => map is { IsDeleting: false });
    }

    [Fact]
    public async Task Deleted_namespace_is_emptied_and_goes()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync("/apis/apps/v1/namespaces/NS/deployments", DeploymentTests.Web3());
        await cluster.UntilAsync("/apis/apps/v1/namespaces/NS/deployments/web", DeploymentTests.IsRolledOut);

        await cluster.DeleteAsync("/api/v1/namespaces/NS");

        await cluster.UntilAsync("/api/v1/namespaces/NS", ns => ns is null);
        Assert.Empty(await cluster.ListAsync("/api/v1/namespaces/NS/pods"));
    }

    [Fact]
    public async Task Finalizer_of_an_object_holds_the_namespace_and_is_named_in_its_conditions()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Maps, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "held", ["finalizers"] = new JsonArray("example.com/hold") } });

        await cluster.DeleteAsync("/api/v1/namespaces/NS");
        KubeObject? waiting = await cluster.UntilAsync("/api/v1/namespaces/NS", ns => Message(ns, "NamespaceFinalizersRemaining") is not null);
        await cluster.PatchAsync(Maps + "/held", "{\"metadata\":{\"finalizers\":null}}");
        await cluster.UntilAsync("/api/v1/namespaces/NS", ns => ns is null);

        Assert.Equal("Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances", Message(waiting, "NamespaceFinalizersRemaining"));
        Assert.Equal("Some resources are remaining: configmaps. has 1 resource instances", Message(waiting, "NamespaceContentRemaining"));
    }

    private static string? Message(KubeObject? ns, string type) =>
        (ns?.Status?.Array("conditions") ?? []).OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == type && condition.String("status") == "True")?.String("message");
}
