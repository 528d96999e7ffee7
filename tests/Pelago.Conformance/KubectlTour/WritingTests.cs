// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.KubectlTour;

public sealed class WritingTests(TestCluster cluster) : KubectlTest(cluster)
{
    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Apply_creates_then_leaves_alone_then_configures(string version)
    {
        Kubectl kubectl = Kubectl(version);

        Assert.Equal("deployment.apps/web created\n", (await kubectl.PipeAsync(ShellDeployment("web", 1, SleepForever), "apply", "-f", "-")).Output);
        Assert.Equal("deployment.apps/web unchanged\n", (await kubectl.PipeAsync(ShellDeployment("web", 1, SleepForever), "apply", "-f", "-")).Output);
        Assert.Equal("deployment.apps/web configured\n", (await kubectl.PipeAsync(ShellDeployment("web", 2, SleepForever), "apply", "-f", "-")).Output);
        Assert.Equal("2", (await kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.spec.replicas}")).Output);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Apply_removes_what_the_manifest_no_longer_has(string version)
    {
        Kubectl kubectl = Kubectl(version);
        string Settings(string data) => $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"s"},"data":{{{data}}}}""";
        await kubectl.PipeAsync(Settings("""{"a":"1","b":"2"}"""), "apply", "-f", "-");
        await kubectl.RunAsync("patch", "configmap", "s", "-p", """{"data":{"c":"3"}}""");

        await kubectl.PipeAsync(Settings("""{"a":"1"}"""), "apply", "-f", "-");

        Assert.Equal("""{"a":"1","c":"3"}""", (await kubectl.RunAsync("get", "configmap", "s", "-o", "jsonpath={.data}")).Output);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Server_side_apply_reports_conflicts_by_manager(string version)
    {
        Kubectl kubectl = Kubectl(version);
        string Settings(string value) => $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"s"},"data":{"a":"{{{value}}}"}}""";
        await kubectl.PipeAsync(Settings("1"), "apply", "--server-side", "--field-manager=alice", "-f", "-");

        KubectlResult conflict = await kubectl.TryAsync(Settings("2"), "apply", "--server-side", "--field-manager=bob", "-f", "-");
        await kubectl.PipeAsync(Settings("2"), "apply", "--server-side", "--field-manager=bob", "--force-conflicts", "-f", "-");

        Assert.Equal(1, conflict.ExitCode);
        Assert.Contains("conflict with \"alice\"", conflict.Error, StringComparison.Ordinal);
        Assert.Contains(".data.a", conflict.Error, StringComparison.Ordinal);
        Assert.Equal("2", (await kubectl.RunAsync("get", "configmap", "s", "-o", "jsonpath={.data.a}")).Output);
        string[] shown = KubectlVersions.IsBefore(version, 21) ? [] : ["--show-managed-fields"]; // before, they were never hidden
        string managers = (await kubectl.RunAsync(["get", "configmap", "s", .. shown, "-o", "jsonpath={.metadata.managedFields[*].manager}"])).Output;
        Assert.Contains("bob", managers, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Server_side_apply_takes_over_from_client_side(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellDeployment("web", 1, SleepForever), "apply", "-f", "-");

        await kubectl.PipeAsync(ShellDeployment("web", 2, SleepForever), "apply", "--server-side", "-f", "-");

        Assert.Equal("2", (await kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.spec.replicas}")).Output);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Diff_ends_with_1_when_something_differs(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellDeployment("web", 1, SleepForever), "apply", "-f", "-");
        // The status is compared too, so it has to be the last one before kubectl reads it twice.
        await kubectl.RunAsync("rollout", "status", "deployment/web", "--timeout=60s");
        await Until(
            async () => (await kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.status.conditions[?(@.type==\"Progressing\")].reason}")).Output == "NewReplicaSetAvailable",
            "the rollout is over in the status");

        KubectlResult same = await kubectl.TryAsync(ShellDeployment("web", 1, SleepForever), "diff", "-f", "-");
        KubectlResult other = await kubectl.TryAsync(ShellDeployment("web", 3, SleepForever), "diff", "-f", "-");

        Assert.True(same.ExitCode == 0, same.ToString());
        Assert.Equal(1, other.ExitCode);
        Assert.Matches(@"(?m)^-  replicas: 1$", other.Output);
        Assert.Matches(@"(?m)^\+  replicas: 3$", other.Output);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task All_three_patches_change_a_deployment(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(ShellDeployment("web", 1, SleepForever), "apply", "-f", "-");

        await kubectl.RunAsync("patch", "deployment", "web", "--type=strategic", "-p", """{"spec":{"template":{"spec":{"containers":[{"name":"main","env":[{"name":"A","value":"1"}]}]}}}}""");
        await kubectl.RunAsync("patch", "deployment", "web", "--type=merge", "-p", """{"metadata":{"annotations":{"note":"merged"}}}""");
        await kubectl.RunAsync("patch", "deployment", "web", "--type=json", "-p", """[{"op":"test","path":"/spec/replicas","value":1},{"op":"replace","path":"/spec/replicas","value":0}]""");
        KubectlResult failing = await kubectl.TryAsync(null, "patch", "deployment", "web", "--type=json", "-p", """[{"op":"test","path":"/spec/replicas","value":7}]""");

        Assert.Equal("1 merged 0", (await kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.spec.template.spec.containers[0].env[0].value} {.metadata.annotations.note} {.spec.replicas}")).Output);
        Assert.Equal(Cluster.Image, (await kubectl.RunAsync("get", "deployment", "web", "-o", "jsonpath={.spec.template.spec.containers[0].image}")).Output);
        Assert.Equal(1, failing.ExitCode);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Label_and_annotate_refuse_to_overwrite_unless_told(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(Settings("c"), "create", "-f", "-");
        await kubectl.RunAsync("label", "configmap", "c", "tier=web");
        await kubectl.RunAsync("annotate", "configmap", "c", "owner=me");

        KubectlResult refused = await kubectl.TryAsync(null, "label", "configmap", "c", "tier=db");
        await kubectl.RunAsync("label", "configmap", "c", "tier=db", "--overwrite");
        await kubectl.RunAsync("annotate", "configmap", "c", "owner-");

        Assert.Equal(1, refused.ExitCode);
        Assert.Equal("""{"tier":"db"}|""", (await kubectl.RunAsync("get", "configmap", "c", "-o", "jsonpath={.metadata.labels}|{.metadata.annotations}")).Output.Replace("|{}", "|", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Edit_and_replace_write_the_whole_object(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(Settings("c", ("a", "1")), "create", "-f", "-");
        string editor = Path.Combine(Directory.CreateTempSubdirectory("pelago-editor-").FullName, "editor");
        await File.WriteAllTextAsync(editor, "#!/bin/sh\nsed -i 's/^  a: .*/  a: edited/' \"$1\"\n", Cancel);
        File.SetUnixFileMode(editor, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using System.Diagnostics.Process edit = kubectl.Start(["edit", "configmap", "c"], environment: new Dictionary<string, string> { ["KUBE_EDITOR"] = editor });
        await edit.WaitForExitAsync(Cancel);
        Directory.Delete(Path.GetDirectoryName(editor)!, recursive: true);

        Assert.Equal("edited", (await kubectl.RunAsync("get", "configmap", "c", "-o", "jsonpath={.data.a}")).Output);
        await kubectl.PipeAsync("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"b":"2"}}""", "replace", "-f", "-");
        Assert.Equal("""{"b":"2"}""", (await kubectl.RunAsync("get", "configmap", "c", "-o", "jsonpath={.data}")).Output);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Invalid_objects_are_refused_with_the_field_and_the_reason(string version)
    {
        Kubectl kubectl = Kubectl(version);

        KubectlResult name = await kubectl.TryAsync(Settings("Not_A_Name"), "create", "-f", "-");
        KubectlResult selector = await kubectl.TryAsync(
            ShellDeployment("web", 1, SleepForever).Replace("\"matchLabels\":{\"app\":\"web\"}", "\"matchLabels\":{\"app\":\"other\"}", StringComparison.Ordinal), "create", "-f", "-");
        await Until(async () => (await kubectl.TryAsync(null, "get", "configmap", "kube-root-ca.crt")).ExitCode == 0, "the root certificate is published");
        KubectlResult twice = await kubectl.TryAsync(Settings("kube-root-ca.crt"), "create", "-f", "-");

        Assert.Contains("ConfigMap \"Not_A_Name\" is invalid: metadata.name: Invalid value: \"Not_A_Name\": a lowercase RFC 1123 subdomain must consist of", name.Error, StringComparison.Ordinal);
        Assert.Contains("`selector` does not match template `labels`", selector.Error, StringComparison.Ordinal);
        Assert.Equal("Error from server (AlreadyExists): error when creating \"STDIN\": configmaps \"kube-root-ca.crt\" already exists\n", twice.Error);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Unknown_fields_are_refused_before_anything_is_made(string version)
    {
        Kubectl kubectl = Kubectl(version);

        KubectlResult result = await kubectl.TryAsync("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"dat":{"a":"1"}}""", "create", "-f", "-");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("unknown field", result.Error, StringComparison.Ordinal);
        Assert.Contains("dat", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await kubectl.TryAsync(null, "get", "configmap", "c")).ExitCode);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Dry_run_on_the_server_stores_nothing(string version)
    {
        Kubectl kubectl = Kubectl(version);

        KubectlResult result = await kubectl.PipeAsync(ShellDeployment("web", 1, SleepForever), "apply", "--dry-run=server", "-f", "-");

        Assert.Equal("deployment.apps/web created (server dry run)\n", result.Output);
        Assert.Equal(1, (await kubectl.TryAsync(null, "get", "deployment", "web")).ExitCode);
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.All), MemberType = typeof(KubectlVersions))]
    public async Task Imperative_create_makes_the_common_kinds(string version)
    {
        Kubectl kubectl = Kubectl(version);
        TestCluster.NotOn(Cluster.MinorVersion < 21, "batch/v1 CronJob and policy/v1 are served from 1.21 on");

        await kubectl.RunAsync("create", "deployment", "web", $"--image={Cluster.Image}", "--replicas=0");
        await kubectl.RunAsync("create", "secret", "generic", "key", "--from-literal=k=v");
        await kubectl.RunAsync("create", "serviceaccount", "robot");
        await kubectl.RunAsync("create", "role", "reader", "--verb=get,list", "--resource=pods");
        await kubectl.RunAsync("create", "rolebinding", "robot-reads", "--role=reader", $"--serviceaccount={Namespace}:robot");
        await kubectl.RunAsync("create", "quota", "small", "--hard=pods=10");
        await kubectl.RunAsync("create", "job", "once", $"--image={Cluster.Image}", "--", "true");
        if (!KubectlVersions.IsBefore(version, 21)) // before, it makes them of v1beta1
        {
            await kubectl.RunAsync("create", "cronjob", "often", $"--image={Cluster.Image}", "--schedule=*/5 * * * *", "--", "true");
            await kubectl.RunAsync("create", "pdb", "guard", "--selector=app=web", "--min-available=1");
        }

        await kubectl.RunAsync("create", "service", "clusterip", "web", "--tcp=80:8080");
        await kubectl.RunAsync("create", "ingress", "web", "--rule=example.test/*=web:80");
        await kubectl.RunAsync("autoscale", "deployment", "web", "--max=3");
        await kubectl.RunAsync("expose", "deployment", "web", "--name=again", "--port=90");

        string made = (await kubectl.RunAsync("get", "deploy,secret,sa,role,rolebinding,quota,job,cronjob,pdb,svc,ingress,hpa", "-o", "name")).Output;
        string[] young = KubectlVersions.IsBefore(version, 21) ? [] : ["cronjob.batch/often", "poddisruptionbudget.policy/guard"];
        foreach (string name in (string[])["deployment.apps/web", "secret/key", "serviceaccount/robot", "role.rbac.authorization.k8s.io/reader", "rolebinding.rbac.authorization.k8s.io/robot-reads", "resourcequota/small", "job.batch/once", .. young, "service/web", "service/again", "ingress.networking.k8s.io/web", "horizontalpodautoscaler.autoscaling/web"])
            Assert.Contains(name + "\n", made, StringComparison.Ordinal);
    }
}
