// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Schema;
using Pelago.Kube;
using Pelago.Kube.Schema;
using Xunit;

namespace Pelago.Engine.Tests.Schema;

public class BuiltInSchemasTests
{
    private static readonly SchemaNode Pod = Kind("", "v1", "Pod");

    [Theory]
    [InlineData("", "v1", "Pod", "io.k8s.api.core.v1.Pod")]
    [InlineData("", "v1", "PodList", "io.k8s.api.core.v1.PodList")]
    [InlineData("apps", "v1", "Deployment", "io.k8s.api.apps.v1.Deployment")]
    [InlineData("events.k8s.io", "v1", "Event", "io.k8s.api.events.v1.Event")]
    [InlineData("autoscaling", "v2", "HorizontalPodAutoscaler", "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler")]
    [InlineData("apiregistration.k8s.io", "v1", "APIService", "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService")]
    [InlineData("", "v1", "Status", "io.k8s.apimachinery.pkg.apis.meta.v1.Status")]
    public void A_kind_has_its_upstream_definition(string group, string version, string kind, string definition)
    {
        SchemaNode node = Kind(group, version, kind);

        Assert.Equal(definition, node.DefinitionName);
        Assert.Equal("object", node.Type);
        Assert.Contains("apiVersion", node.Properties!.Keys);
    }

    [Fact]
    public void A_kind_that_is_not_built_in_has_none() =>
        Assert.Null(BuiltInSchemas.Instance.Find(new GroupVersionKind("example.com", "v1", "Pod")));

    [Fact]
    public void Every_definition_loads()
    {
        foreach (string name in DefinitionSource.Schemas.Names)
            Assert.Equal(name, BuiltInSchemas.Instance.Definition(name).DefinitionName);
    }

    [Theory]
    [InlineData("spec.containers", "name", "merge", "map", "name")]
    [InlineData("spec.containers[].ports", "containerPort", "merge", "map", "containerPort,protocol")]
    [InlineData("spec.containers[].env", "name", "merge", "map", "name")]
    [InlineData("spec.containers[].volumeMounts", "mountPath", "merge", "map", "mountPath")]
    [InlineData("spec.volumes", "name", "merge,retainKeys", "map", "name")]
    [InlineData("spec.tolerations", null, null, "atomic", "")]
    [InlineData("spec.imagePullSecrets", "name", "merge", "map", "name")]
    [InlineData("spec.hostAliases", "ip", "merge", "map", "ip")]
    [InlineData("spec.topologySpreadConstraints", "topologyKey", "merge", "map", "topologyKey,whenUnsatisfiable")]
    [InlineData("status.conditions", "type", "merge", "map", "type")]
    [InlineData("status.podIPs", "ip", "merge", "map", "ip")]
    [InlineData("metadata.finalizers", null, "merge", "set", "")]
    [InlineData("metadata.ownerReferences", "uid", "merge", "map", "uid")]
    public void Lists_of_a_pod_merge_as_upstream_says(string path, string? mergeKey, string? strategy, string listType, string mapKeys)
    {
        SchemaNode list = At(Pod, path);

        Assert.Equal(mergeKey, list.PatchMergeKey);
        Assert.Equal(strategy, list.PatchStrategy);
        Assert.Equal(listType, list.ListType);
        Assert.Equal(mapKeys, string.Join(",", list.ListMapKeys));
    }

    [Fact]
    public void A_place_may_say_more_than_its_type()
    {
        SchemaNode strategy = At(Kind("apps", "v1", "Deployment"), "spec.strategy");

        Assert.Equal("retainKeys", strategy.PatchStrategy);
        Assert.Equal("io.k8s.api.apps.v1.DeploymentStrategy", strategy.DefinitionName);
        Assert.Equal("RollingUpdate", (string)strategy.Properties!["type"].Default!);
        Assert.Null(BuiltInSchemas.Instance.Definition("io.k8s.api.apps.v1.DeploymentStrategy").PatchStrategy);
    }

    [Fact]
    public void A_definition_that_contains_itself_is_one_node()
    {
        SchemaNode schema = BuiltInSchemas.Instance.Definition("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");

        Assert.Same(schema, schema.Properties!["not"]);
        Assert.Same(schema, schema.Properties["properties"].AdditionalProperties);
    }

    [Theory]
    [InlineData("spec.nodeSelector", "atomic")]
    [InlineData("metadata.labels", null)]
    public void Maps_know_whether_they_are_atomic(string path, string? mapType) => Assert.Equal(mapType, At(Pod, path).MapType);

    [Theory]
    [InlineData("spec.hostNetwork", ZeroValueRule.Omitted)]
    [InlineData("spec.enableServiceLinks", ZeroValueRule.Kept)]
    [InlineData("spec.containers[].resources", ZeroValueRule.Written)]
    [InlineData("spec.securityContext", ZeroValueRule.Kept)]
    [InlineData("metadata.labels", ZeroValueRule.Omitted)]
    [InlineData("status.containerStatuses[].restartCount", ZeroValueRule.Written)]
    [InlineData("metadata.creationTimestamp", ZeroValueRule.Kept)]
    public void Zero_values_are_treated_as_Go_types_do(string path, ZeroValueRule rule) => Assert.Equal(rule, At(Pod, path).ZeroValue);

    private static SchemaNode Kind(string group, string version, string kind) =>
        BuiltInSchemas.Instance.Find(new GroupVersionKind(group, version, kind)) ?? throw new InvalidOperationException($"no {kind}");

    private static SchemaNode At(SchemaNode node, string path)
    {
        foreach (string part in path.Split('.'))
        {
            bool items = part.EndsWith("[]", StringComparison.Ordinal);
            node = node.Properties![items ? part[..^2] : part];
            if (items)
                node = node.Items!;
        }
        return node;
    }
}
