// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.Helm;

/// <summary>helm with the chart in <c>shop</c>, whose kinds are those that charts are made of.</summary>
[Trait("Lane", "Slow")]
public sealed class HelmTests(TestCluster cluster) : HelmTest(cluster)
{
    private static readonly string[] Kinds =
    [
        "deployment.apps/shop", "service/shop", "configmap/shop-settings", "secret/shop-password", "persistentvolumeclaim/shop-data", "coupon.shop.example.test/shop-opening",
        "serviceaccount/shop", "role.rbac.authorization.k8s.io/shop", "rolebinding.rbac.authorization.k8s.io/shop", "horizontalpodautoscaler.autoscaling/shop",
        "poddisruptionbudget.policy/shop", "networkpolicy.networking.k8s.io/shop", "ingress.networking.k8s.io/shop",
    ];

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Release_is_installed_tested_upgraded_rolled_back_and_uninstalled(string serverSide)
    {
        WithWhatChartsNeed();
        string apply = $"--server-side={serverSide}";

        string installed = await HelmAsync("install", "shop", Chart, "--wait", "--timeout", "90s", apply);
        Assert.Contains("STATUS: deployed", installed, StringComparison.Ordinal);
        Assert.Contains("The shop shop says welcome at revision 1.", installed, StringComparison.Ordinal);
        await AllThereAsync();
        Assert.Equal("Bound 1 1", $"{await FieldAsync("pvc/shop-data", ".status.phase")} {await FieldAsync("deployment/shop", ".status.readyReplicas")} {await FieldAsync("job/shop-prepare", ".status.succeeded")}");
        await RanAndWentAsync("shop-announce");
        string password = await FieldAsync("secret/shop-password", ".data.password");
        Assert.Contains("Phase:          Succeeded", await HelmAsync("test", "shop", "--timeout", "60s"), StringComparison.Ordinal);

        await HelmAsync("upgrade", "shop", Chart, "--set", "greeting=hello,replicas=2", "--wait", "--timeout", "90s", apply);
        Assert.Equal("hello 2", $"{await FieldAsync("configmap/shop-settings", ".data.greeting")} {await FieldAsync("deployment/shop", ".status.readyReplicas")}");
        Assert.Equal("migrating to revision 2\n", (await Kube.RunAsync("logs", "job/shop-migrate")).Output);
        Assert.Equal(password, await FieldAsync("secret/shop-password", ".data.password"));
        Assert.Contains("Phase:          Succeeded", await HelmAsync("test", "shop", "--timeout", "60s"), StringComparison.Ordinal);

        await HelmAsync("rollback", "shop", "1", "--wait", "--timeout", "90s", apply);
        Assert.Equal("welcome 1", $"{await FieldAsync("configmap/shop-settings", ".data.greeting")} {await FieldAsync("deployment/shop", ".spec.replicas")}");
        Assert.Equal(
            [("superseded", "Install complete"), ("superseded", "Upgrade complete"), ("deployed", "Rollback to 1")], await HistoryAsync("shop"));
        JsonNode listed = Assert.Single(JsonNode.Parse(await HelmAsync("list", "-o", "json"))!.AsArray())!;
        Assert.Equal("shop 3 deployed shop-1.0.0", $"{listed["name"]} {listed["revision"]} {listed["status"]} {listed["chart"]}");

        Assert.Contains("release \"shop\" uninstalled", await HelmAsync("uninstall", "shop", "--wait", "--timeout", "90s"), StringComparison.Ordinal);
        Assert.Equal("[]", (await HelmAsync("list", "-o", "json")).Trim());
        Assert.Equal("", await LeftAsync());
        await RanAndWentAsync("shop-goodbye");
        await RanAndWentAsync("shop-sweep");
        Assert.Equal("crd", (await Kube.RunAsync("get", "crd", "coupons.shop.example.test", "-o", "jsonpath=crd")).Output);
    }

    [Fact]
    public async Task Upgrade_that_fails_is_rolled_back_when_asked_and_left_as_failed_otherwise()
    {
        WithWhatChartsNeed();
        await HelmAsync("install", "shop", Chart, "--wait", "--timeout", "90s");

        await RefusedAsync("release shop failed, and has been rolled back due to rollback-on-failure being set", "upgrade", "shop", Chart, "--set", "greeting=broken,broken=true", "--rollback-on-failure", "--timeout", "20s");
        (string Status, string Description)[] after = await HistoryAsync("shop");
        Assert.Equal(["superseded", "failed", "deployed"], after.Select(revision => revision.Status));
        Assert.Equal("Rollback to 1", after[2].Description);
        Assert.Equal("welcome", await FieldAsync("configmap/shop-settings", ".data.greeting"));
        await Kube.RunAsync("rollout", "status", "deployment/shop", "--timeout=60s");

        await RefusedAsync("pre-upgrade hooks failed", "upgrade", "shop", Chart, "--set", "greeting=never,failingMigration=true", "--timeout", "60s");
        Assert.Equal("failed", (await HistoryAsync("shop"))[^1].Status);
        Assert.Equal("welcome", await FieldAsync("configmap/shop-settings", ".data.greeting"));
        Assert.Equal("migrating to revision 4\n", (await Kube.RunAsync("logs", "job/shop-migrate")).Output);

        await Kube.RunAsync("scale", "deployment/shop", "--replicas=2");
        string[] three = ["upgrade", "--install", "shop", Chart, "--set", "greeting=mended,replicas=3", "--wait", "--timeout", "90s"];
        await RefusedAsync("with subresource \"scale\" using apps/v1: .spec.replicas", three);
        await HelmAsync([.. three, "--force-conflicts"]);
        Assert.Equal("mended", await FieldAsync("configmap/shop-settings", ".data.greeting"));
    }

    [Fact]
    public async Task What_helm_or_the_server_refuses_is_said_and_changes_nothing()
    {
        WithWhatChartsNeed();
        await Kube.PipeAsync(Settings("shop-settings", ("mine", "1")), "create", "-f", "-");

        await RefusedAsync("got string, want integer", "install", "shop", Chart, "--set", "replicas=many");
        await RefusedAsync("invalid ownership metadata", "install", "shop", Chart);
        await Kube.RunAsync("delete", "configmap", "shop-settings");
        await RefusedAsync("spec.percent: Invalid value: 1000", "install", "shop", Chart, "--set", "percent=1000", "--no-hooks");
        await RefusedAsync("\"other\" has no deployed releases", "upgrade", "other", Chart);
        await RefusedAsync("Release not loaded: other: release: not found", "uninstall", "other");
        await RefusedAsync("chart requires kubeVersion: >=1.20.0-0 which is incompatible with Kubernetes v1.19.0", "template", "shop", Chart, "--kube-version", "1.19.0");

        await HelmAsync("uninstall", "shop", "--ignore-not-found", "--wait");
        Assert.Equal("", await LeftAsync());
        Assert.Equal("", (await Kube.RunAsync("get", "secret", "-l", "owner=helm", "-o", "name")).Output);
    }

    private async Task AllThereAsync()
    {
        string there = (await Kube.RunAsync(["get", .. Kinds, "-o", "name"])).Output;
        Assert.Equal(Kinds, there.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private async Task<string> LeftAsync() =>
        (await Kube.RunAsync("get", string.Join(',', Kinds.Select(kind => kind.Split('/')[0])), "-l", "app.kubernetes.io/name=shop", "-o", "name")).Output;

    /// <summary>A hook that succeeded is deleted; that it did, its event tells.</summary>
    private async Task RanAndWentAsync(string job)
    {
        Assert.Equal("", (await Kube.RunAsync("get", "job", job, "--ignore-not-found", "-o", "name")).Output);
        // Events are written behind the status that they belong to.
        await Until(
            async () => (await Kube.RunAsync("get", "events", "--field-selector", $"involvedObject.kind=Job,involvedObject.name={job}", "-o", "jsonpath={.items[*].reason}")).Output
                .Contains("Completed", StringComparison.Ordinal),
            $"an event tells that {job} has completed");
    }

    private async Task<string> FieldAsync(string resource, string path) => (await Kube.RunAsync("get", resource, "-o", $"jsonpath={{{path}}}")).Output;
}
