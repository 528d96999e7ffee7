// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.KubectlTour;

public sealed class ReadingTests(TestCluster cluster) : KubectlTest(cluster)
{
    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Get_prints_every_output_format(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(Settings("settings", ("colour", "blue"), ("size", "3")), "create", "-f", "-");

        Assert.Matches(@"^NAME +DATA +AGE\n(kube-root-ca.crt .*\n)?settings +2 +\d+s\n$", (await kubectl.RunAsync("get", "configmap")).Output);
        Assert.Equal("configmap/settings\n", (await kubectl.RunAsync("get", "cm", "settings", "-o", "name")).Output);
        Assert.Equal("blue", (await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.data.colour}")).Output);
        Assert.Contains("  colour: blue\n  size: \"3\"\n", (await kubectl.RunAsync("get", "cm", "settings", "-o", "yaml")).Output, StringComparison.Ordinal);
        Assert.Contains("\"colour\": \"blue\"", (await kubectl.RunAsync("get", "cm", "settings", "-o", "json")).Output, StringComparison.Ordinal);
        Assert.Equal("N          S\nsettings   3\n", (await kubectl.RunAsync("get", "cm", "settings", "-o", "custom-columns=N:.metadata.name,S:.data.size")).Output);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Get_of_nothing_says_so_and_of_a_missing_name_fails(string version)
    {
        Kubectl kubectl = Kubectl(version);

        KubectlResult none = await kubectl.RunAsync("get", "pods");
        KubectlResult missing = await kubectl.TryAsync(null, "get", "pod", "nobody");
        KubectlResult unknown = await kubectl.TryAsync(null, "get", "unicorns");

        Assert.Equal($"No resources found in {Namespace} namespace.\n", none.Error);
        Assert.Equal(1, missing.ExitCode);
        Assert.Equal("Error from server (NotFound): pods \"nobody\" not found\n", missing.Error);
        Assert.Contains("the server doesn't have a resource type \"unicorns\"", unknown.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Get_selects_by_label_field_and_page(string version)
    {
        Kubectl kubectl = Kubectl(version);
        for (int i = 0; i < 5; i++)
            await kubectl.PipeAsync(Settings($"c{i}"), "create", "-f", "-");
        await kubectl.RunAsync("label", "configmap", "c1", "c3", "tier=web");

        Assert.Equal("configmap/c1\nconfigmap/c3\n", (await kubectl.RunAsync("get", "cm", "-l", "tier=web", "-o", "name")).Output);
        Assert.Equal("configmap/c1\nconfigmap/c3\n", (await kubectl.RunAsync("get", "cm", "-l", "tier in (web, db),tier", "-o", "name")).Output);
        Assert.Equal("configmap/c4\n", (await kubectl.RunAsync("get", "cm", "--field-selector", "metadata.name=c4", "-o", "name")).Output);
        Assert.Equal(5, (await kubectl.RunAsync("get", "cm", "--chunk-size=2", "-o", "name")).Output.Split('\n').Count(line => line.StartsWith("configmap/c", StringComparison.Ordinal)));
        KubectlResult bad = await kubectl.TryAsync(null, "get", "cm", "--field-selector", "data.colour=blue");
        KubectlResult badPod = await kubectl.TryAsync(null, "get", "pods", "--field-selector", "spec.colour=blue");
        Assert.Equal(1, bad.ExitCode);
        Assert.Contains("\"data.colour\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"", bad.Error, StringComparison.Ordinal);
        Assert.Contains("field label not supported: spec.colour", badPod.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Watch_prints_changes_as_they_happen(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(Settings("seen", ("a", "1")), "create", "-f", "-");
        using Process watch = kubectl.Start(["get", "configmap", "seen", "-w", "-o", "jsonpath={.data.a}{'\\n'}"]);

        Assert.Equal("1", await watch.StandardOutput.ReadLineAsync(Cancel));
        await kubectl.RunAsync("patch", "configmap", "seen", "-p", """{"data":{"a":"2"}}""");
        Assert.Equal("2", await watch.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel));
        watch.Kill();
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Watch_as_a_table_prints_rows(string version)
    {
        Kubectl kubectl = Kubectl(version);
        using Process watch = kubectl.Start(["get", "configmap", "-w"]);
        await kubectl.PipeAsync(Settings("later", ("a", "1")), "create", "-f", "-");

        string? line;
        do
            line = await watch.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        while (line is not null && !line.StartsWith("later", StringComparison.Ordinal));
        watch.Kill();

        Assert.Matches(@"^later +1 +\d+s$", line);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Explain_reads_the_published_schema(string version)
    {
        KubectlResult result = await Kubectl(version).RunAsync("explain", "deployment.spec.strategy.rollingUpdate");

        Assert.Contains("maxSurge", result.Output, StringComparison.Ordinal);
        Assert.Contains("maxUnavailable", result.Output, StringComparison.Ordinal);
        Assert.Contains("VERSION:", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Discovery_lists_resources_with_short_names(string version)
    {
        Kubectl kubectl = Kubectl(version);

        string resources = "";
        // Groups that tests beside this one define may go between two of its requests, which is a failure to a kubectl that asks for each group.
        await Until(
            async () =>
            {
                KubectlResult listed = await kubectl.TryAsync(null, "api-resources");
                resources = listed.Output;
                return listed.ExitCode == 0;
            },
            "the resources of all groups are listed");
        string versions = (await kubectl.RunAsync("api-versions")).Output;

        Assert.Matches(@"(?m)^pods +po +v1 +true +Pod$", resources);
        Assert.Matches(@"(?m)^deployments +deploy +apps/v1 +true +Deployment$", resources);
        Assert.Matches(@"(?m)^nodes +no +v1 +false +Node$", resources);
        Assert.Contains("apps/v1\n", versions, StringComparison.Ordinal);
        Assert.Contains("v1\n", versions, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Version_and_cluster_info_answer(string version)
    {
        Kubectl kubectl = Kubectl(version);

        Assert.Matches(@"Server Version: (v1\.|version.Info\{Major:""1"")", (await kubectl.RunAsync("version")).Output);
        Assert.Contains("Kubernetes control plane", (await kubectl.RunAsync("cluster-info")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Get_all_covers_the_category(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellDeployment("web", 1, SleepForever), "apply", "-f", "-");

        await Until(async () => (await kubectl.RunAsync("get", "all", "-o", "name")).Output.Contains("replicaset.apps/web-", StringComparison.Ordinal), "the replica set is listed");
        string all = (await kubectl.RunAsync("get", "all", "-o", "name")).Output;
        Assert.Contains("deployment.apps/web\n", all, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Nodes_are_ready_and_described(string version)
    {
        Kubectl kubectl = Kubectl(version);

        Assert.Matches(@"(?m)^\S+ +Ready +\S+ +\S+ +v1\.", (await kubectl.RunAsync("get", "nodes")).Output);
        string description = (await kubectl.RunAsync("describe", "nodes")).Output;
        Assert.Contains("Allocatable:", description, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ +Ready +True", description);
    }
}
