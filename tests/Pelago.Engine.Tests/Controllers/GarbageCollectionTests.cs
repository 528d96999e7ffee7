// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class GarbageCollectionTests
{
    private const string Maps = "/api/v1/namespaces/NS/configmaps";
    private const string Deployments = "/apis/apps/v1/namespaces/NS/deployments";
    private const string Sets = "/apis/apps/v1/namespaces/NS/replicasets";
    private const string Pods = "/api/v1/namespaces/NS/pods";

    [Fact]
    public async Task Background_deletion_takes_everything_below_with_it()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Deployments, DeploymentTests.Web3());
        await cluster.UntilAsync(Deployments + "/web", DeploymentTests.IsRolledOut);

        await cluster.DeleteAsync(Deployments + "/web", "Background");

        await cluster.UntilListAsync(Sets, sets => sets.Count == 0);
        await cluster.UntilListAsync(Pods, pods => pods.Count == 0);
    }

    [Fact]
    public async Task Orphaning_leaves_dependents_without_an_owner()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Sets, ReplicaSetTests.Set("web", 2));
        await cluster.UntilListAsync(Pods, pods => pods.Count == 2 && pods.All(ReplicaSetTests.IsReady));

        await cluster.DeleteAsync(Sets + "/web", "Orphan");
        await cluster.UntilAsync(Sets + "/web", set => set is null);

        List<KubeObject> pods = await cluster.ListAsync(Pods);
        Assert.Equal(2, pods.Count);
        Assert.All(pods, pod => Assert.Null(ReplicaSetTests.OwnerUid(pod)));
    }

    [Fact]
    public async Task Foreground_deletion_waits_for_the_dependents_that_block_it()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Sets, ReplicaSetTests.Set("web", 2));
        await cluster.UntilListAsync(Pods, pods => pods.Count == 2 && pods.All(ReplicaSetTests.IsReady));

        cluster.Kubelet.Finishes = false;
        await cluster.DeleteAsync(Sets + "/web", "Foreground");
        await cluster.UntilListAsync(Pods, pods => pods.All(pod => pod.IsDeleting));
        KubeObject? waiting = await cluster.GetAsync(Sets + "/web");
        cluster.Kubelet.Finishes = true;
        cluster.Kubelet.Reconsider();
        await cluster.UntilAsync(Sets + "/web", set => set is null);

        Assert.Contains("foregroundDeletion", waiting!.Value.Finalizers!.Select(name => name!.ToString()));
        Assert.Empty(await cluster.ListAsync(Pods));
    }

    [Fact]
    public async Task Object_whose_owner_does_not_exist_is_deleted()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Maps, Map("left", Reference("v1", "ConfigMap", "never", "00000000-0000-0000-0000-000000000001")));

        await cluster.UntilAsync(Maps + "/left", map => map is null);
    }

    [Fact]
    public async Task Object_with_one_owner_left_stays_and_loses_the_other_reference()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        KubeObject first = await cluster.CreateAsync(Maps, Map("first"));
        KubeObject second = await cluster.CreateAsync(Maps, Map("second"));
        await cluster.CreateAsync(Maps, Map("both", Reference("v1", "ConfigMap", "first", first.Uid), Reference("v1", "ConfigMap", "second", second.Uid)));

        await cluster.DeleteAsync(Maps + "/first");
        await cluster.UntilAsync(Maps + "/both", map => map?.OwnerReferences?.Count == 1);
        await cluster.DeleteAsync(Maps + "/second");

        await cluster.UntilAsync(Maps + "/both", map => map is null);
    }

    [Fact]
    public async Task Owner_of_a_kind_that_is_not_served_keeps_its_dependents()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Maps, Map("kept", Reference("example.com/v1", "Widget", "w", "00000000-0000-0000-0000-000000000002")));
        await cluster.CreateAsync(Maps, Map("gone", Reference("v1", "ConfigMap", "never", "00000000-0000-0000-0000-000000000003")));

        await cluster.UntilAsync(Maps + "/gone", map => map is null);

        Assert.NotNull(await cluster.GetAsync(Maps + "/kept"));
    }

    [Fact]
    public async Task Ring_of_owners_is_deleted_in_the_foreground_all_the_same()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        KubeObject one = await cluster.CreateAsync(Maps, Map("one"));
        KubeObject two = await cluster.CreateAsync(Maps, Map("two", Reference("v1", "ConfigMap", "one", one.Uid)));
        await cluster.PatchAsync(Maps + "/one", new JsonObject { ["metadata"] = new JsonObject { ["ownerReferences"] = new JsonArray(Reference("v1", "ConfigMap", "two", two.Uid)) } }.ToJsonString());

        await cluster.DeleteAsync(Maps + "/one", "Foreground");

        await cluster.UntilAsync(Maps + "/one", map => map is null);
        await cluster.UntilAsync(Maps + "/two", map => map is null);
    }

    [Fact]
    public async Task Ring_whose_members_are_all_deleted_in_the_foreground_at_once_goes()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        KubeObject one = await cluster.CreateAsync(Maps, Map("one"));
        KubeObject two = await cluster.CreateAsync(Maps, Map("two", Reference("v1", "ConfigMap", "one", one.Uid)));
        KubeObject three = await cluster.CreateAsync(Maps, Map("three", Reference("v1", "ConfigMap", "two", two.Uid)));
        await cluster.PatchAsync(Maps + "/one", new JsonObject { ["metadata"] = new JsonObject { ["ownerReferences"] = new JsonArray(Reference("v1", "ConfigMap", "three", three.Uid)) } }.ToJsonString());

        // The last of them may have gone with the first before it is asked for.
        await Task.WhenAll(((string[])["one", "two", "three"]).Select(name => cluster.DeleteIfThereAsync($"{Maps}/{name}", "Foreground")));

        foreach (string name in (string[])["one", "two", "three"])
            await cluster.UntilAsync($"{Maps}/{name}", map => map is null);
    }

    private static JsonObject Map(string name, params JsonObject[] owners) =>
        new() { ["metadata"] = new JsonObject { ["name"] = name, ["ownerReferences"] = new JsonArray([.. owners]) } };

    private static JsonObject Reference(string apiVersion, string kind, string name, string uid) =>
        new() { ["apiVersion"] = apiVersion, ["kind"] = kind, ["name"] = name, ["uid"] = uid, ["blockOwnerDeletion"] = true };
}
