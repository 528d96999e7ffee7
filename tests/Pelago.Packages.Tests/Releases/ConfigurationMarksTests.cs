// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Releases;
using Pelago.Packages.Tests.Controllers;
using Xunit;

namespace Pelago.Packages.Tests.Releases;

public sealed class ConfigurationMarksTests
{
    [Theory]
    [InlineData("""{"containers": [{"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "hidden", "key": "a"}}}]}]}""")]
    [InlineData("""{"containers": [{"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "open", "key": "a"}}}]}]}""")]
    [InlineData("""{"containers": [{"envFrom": [{"secretRef": {"name": "hidden"}}]}]}""")]
    [InlineData("""{"initContainers": [{"envFrom": [{"configMapRef": {"name": "open"}}]}]}""")]
    [InlineData("""{"volumes": [{"name": "v", "secret": {"secretName": "hidden"}}]}""")]
    [InlineData("""{"volumes": [{"name": "v", "configMap": {"name": "open"}}]}""")]
    [InlineData("""{"volumes": [{"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}, {"secret": {"name": "hidden"}}]}}]}""")]
    [InlineData("""{"volumes": [{"name": "v", "projected": {"sources": [{"configMap": {"name": "open"}}]}}]}""")]
    public void Each_way_to_refer_to_one_counts(string pod)
    {
        string? first = Mark("StatefulSet", pod, "1"), same = Mark("StatefulSet", pod, "1"), other = Mark("StatefulSet", pod, "2");

        Assert.NotNull(first);
        Assert.Equal(first, same);
        Assert.NotEqual(first, other);
    }

    [Theory]
    [InlineData("Job", """{"containers": [{"envFrom": [{"secretRef": {"name": "hidden"}}]}]}""")]
    [InlineData("DaemonSet", """{"containers": [{"envFrom": [{"secretRef": {"name": "of-another"}}]}], "volumes": [{"name": "v", "emptyDir": {}}]}""")]
    public void What_cannot_roll_or_refers_to_nothing_of_its_release_has_no_mark(string kind, string pod) => Assert.Null(Mark(kind, pod, "1"));

    private static string? Mark(string kind, string pod, string value)
    {
        JsonObject[] objects =
        [
            SamplePackage.Json($$"""{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "hidden"}, "data": {"a": "{{value}}"} }"""),
            SamplePackage.Json($$"""{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "open", "namespace": "default"}, "data": {"a": "{{value}}"} }"""),
            SamplePackage.Json($$"""{"apiVersion": "apps/v1", "kind": "{{kind}}", "metadata": {"name": "web"}, "spec": {"template": {"spec": {{pod}} } } }"""),
        ];
        var release = new Release { Package = "sample", Version = "1.0", Fields = [], Options = [], Objects = objects };
        JsonObject marked = ConfigurationMarks.On(release, null, "default", "key").Objects[2];
        return marked.Object("spec")!.Object("template")!.Object("metadata")?.Object("annotations")?.String(PackagesApi.ConfigurationAnnotation);
    }
}
