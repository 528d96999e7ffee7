// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Engine.Bootstrap;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Bootstrap;

public sealed class RbacReconcilerTests
{
    [Fact]
    public void Defaults_are_complete_objects()
    {
        Dictionary<string, KubeObject> defaults = RbacDefaults.Read().ToDictionary(item => $"{item.Kind} {item.Name}");

        Assert.Equal(
            """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"edit","labels":{"kubernetes.io/bootstrapping":"rbac-defaults","rbac.authorization.k8s.io/aggregate-to-admin":"true"},"annotations":{"rbac.authorization.kubernetes.io/autoupdate":"true"}},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"rbac.authorization.k8s.io/aggregate-to-edit":"true"}}]},"rules":[]}""",
            defaults["ClusterRole edit"].Json.ToJsonString());
        Assert.Equal(
            """[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]},{"verbs":["*"],"nonResourceURLs":["*"]}]""",
            defaults["ClusterRole cluster-admin"].Json["rules"]!.ToJsonString());
        Assert.Equal(
            """[{"verbs":["get","list","watch"],"apiGroups":[""],"resources":["configmaps"],"resourceNames":["extension-apiserver-authentication"]}]""",
            defaults["Role extension-apiserver-authentication-reader"].Json["rules"]!.ToJsonString());
        Assert.Equal("kube-system", defaults["Role extension-apiserver-authentication-reader"].Namespace);
        Assert.Equal(
            """[{"kind":"ServiceAccount","name":"kube-dns","namespace":"kube-system"}]""", defaults["ClusterRoleBinding system:kube-dns"].Json["subjects"]!.ToJsonString());
        Assert.All(defaults.Values.Where(item => item.Kind.EndsWith("Binding", StringComparison.Ordinal)),
            binding => Assert.Contains($"{binding.Json.Object("roleRef")!.String("kind")} {binding.Json.Object("roleRef")!.String("name")}", defaults.Keys));
    }

    [Fact]
    public void Complete_object_is_not_written()
    {
        Assert.All(RbacDefaults.Read(), expected => Assert.Null(RbacReconciler.Reconcile(expected, Clone(expected), out _)));
    }

    [Fact]
    public void Rule_that_was_taken_comes_back_and_rules_that_were_added_stay()
    {
        KubeObject expected = Role("""[{"apiGroups":[""],"resources":["pods","secrets"],"verbs":["get","list"]}]""");
        KubeObject present = Role("""[{"apiGroups":[""],"resources":["pods"],"verbs":["*"]},{"apiGroups":["x"],"resources":["y"],"verbs":["z"]}]""");

        KubeObject? result = RbacReconciler.Reconcile(expected, present, out _);

        Assert.Equal(
            """[{"apiGroups":[""],"resources":["pods"],"verbs":["*"]},{"apiGroups":["x"],"resources":["y"],"verbs":["z"]},{"verbs":["get","list"],"apiGroups":[""],"resources":["secrets"]}]""",
            result?.Json["rules"]!.ToJsonString());
    }

    [Fact]
    public void Subject_that_was_taken_comes_back()
    {
        KubeObject expected = RbacDefaults.Read().Single(item => item.Kind == "ClusterRoleBinding" && item.Name == "system:public-info-viewer");
        KubeObject present = Clone(expected);
        present.Json.Array("subjects")!.RemoveAt(0);
        present.Json.Array("subjects")!.Add((JsonNode)new JsonObject { ["kind"] = "User", ["name"] = "extra" });

        KubeObject? result = RbacReconciler.Reconcile(expected, present, out bool replace);

        Assert.False(replace);
        Assert.Equal(["system:unauthenticated", "extra", "system:authenticated"], result?.Json.Array("subjects")!.Select(subject => subject!["name"]!.GetValue<string>()));
    }

    [Fact]
    public void Binding_to_another_role_is_replaced()
    {
        KubeObject expected = RbacDefaults.Read().Single(item => item.Kind == "ClusterRoleBinding" && item.Name == "system:discovery");
        KubeObject present = Clone(expected);
        present.Json.Object("roleRef")!["name"] = "cluster-admin";

        KubeObject? result = RbacReconciler.Reconcile(expected, present, out bool replace);

        Assert.True(replace);
        Assert.Equal("system:discovery", result?.Json.Object("roleRef")!.String("name"));
    }

    [Fact]
    public void Object_that_asks_to_be_left_alone_is()
    {
        KubeObject expected = RbacDefaults.Read()[0];
        KubeObject present = Clone(expected);
        present.Annotations![RbacDefaults.AutoUpdate] = "false";
        present.Json["rules"] = new JsonArray();

        Assert.Null(RbacReconciler.Reconcile(expected, present, out _));
    }

    private static KubeObject Clone(KubeObject item) => new((JsonObject)item.Json.DeepClone());

    private static KubeObject Role(string rules) => KubeObject.Parse(Encoding.UTF8.GetBytes(
        $$"""{"kind":"ClusterRole","metadata":{"name":"r","labels":{"a":"b"},"annotations":{ "rbac.authorization.kubernetes.io/autoupdate":"true"} },"rules":{{rules}} }"""));
}
