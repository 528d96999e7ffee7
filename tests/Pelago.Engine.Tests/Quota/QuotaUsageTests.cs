// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Engine.Quota;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Quota;

public sealed class QuotaUsageTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"400m"},"limits":{"memory":"1Gi"}}},{"resources":{"requests":{"cpu":"100m"}}}]}""",
        "count/pods=1,cpu=500m,limits.memory=1Gi,pods=1,requests.cpu=500m")]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"resources":{"requests":{"cpu":"3"}}},{"resources":{"requests":{"cpu":"2"}}}]}""",
        "count/pods=1,cpu=3,pods=1,requests.cpu=3")]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"restartPolicy":"Always","resources":{"requests":{"cpu":"2"}}},{"resources":{"requests":{"cpu":"2"}}}]}""",
        "count/pods=1,cpu=4,pods=1,requests.cpu=4")]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1","acme.com/gpu":"2"}}}],"overhead":{"cpu":"10m"}}""",
        "count/pods=1,cpu=1010m,pods=1,requests.acme.com/gpu=2,requests.cpu=1010m")]
    [InlineData("""{"containers":[{}]}""", "count/pods=1,pods=1")]
    public void Pod_uses_what_its_containers_ask_for(string spec, string expected) =>
        Assert.Equal(expected, Usage("pods", $$"""{"spec":{{spec}} }"""));

    [Fact]
    public void Pod_uses_the_host_ports_that_it_asks_for()
    {
        Assert.Equal("count/pods=1,count/ports.pelago.dev=4,pods=1", Usage("pods", """{"metadata":{"annotations":{"ports.pelago.dev/host":"http=auto,data=3@auto"}},"spec":{"containers":[]}}"""));
        Assert.Equal(new GroupResource("", "pods"), QuotaUsage.ResourceOf("count/ports.pelago.dev"));
    }

    [Theory]
    [InlineData("""{"status":{"phase":"Succeeded"},"spec":{"containers":[]} }""", "count/pods=1")]
    [InlineData("""{"status":{"phase":"Running"},"metadata":{"deletionTimestamp":"2026-08-01T11:59:59Z","deletionGracePeriodSeconds":1},"spec":{} }""", "count/pods=1")]
    [InlineData("""{"status":{"phase":"Running"},"metadata":{"deletionTimestamp":"2026-08-01T12:00:30Z","deletionGracePeriodSeconds":30},"spec":{} }""", "count/pods=1,pods=1")]
    public void Finished_pod_counts_as_an_object_only(string pod, string expected) => Assert.Equal(expected, Usage("pods", pod));

    [Theory]
    [InlineData("""{"type":"ClusterIP","ports":[{},{}]}""", "count/services=1,services=1,services.loadbalancers=0,services.nodeports=0")]
    [InlineData("""{"type":"NodePort","ports":[{},{}]}""", "count/services=1,services=1,services.loadbalancers=0,services.nodeports=2")]
    [InlineData("""{"type":"LoadBalancer","ports":[{},{}]}""", "count/services=1,services=1,services.loadbalancers=1,services.nodeports=2")]
    [InlineData("""{"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"ports":[{},{"nodePort":30001}]}""", "count/services=1,services=1,services.loadbalancers=1,services.nodeports=1")]
    public void Service_uses_node_ports_and_load_balancers(string spec, string expected) =>
        Assert.Equal(expected, Usage("services", $$"""{"spec":{{spec}} }"""));

    [Fact]
    public void Claim_uses_storage_of_its_class() => Assert.Equal(
        "count/persistentvolumeclaims=1,gold.storageclass.storage.k8s.io/persistentvolumeclaims=1,gold.storageclass.storage.k8s.io/requests.storage=2Gi,persistentvolumeclaims=1,requests.storage=2Gi",
        Usage("persistentvolumeclaims", """{"spec":{"storageClassName":"gold","resources":{"requests":{"storage":"2Gi"}}} }"""));

    [Fact]
    public void Everything_counts_as_an_object()
    {
        Assert.Equal("configmaps=1,count/configmaps=1", Usage("configmaps", "{}"));
        Assert.Equal("count/deployments.apps=1", QuotaUsage.Of(new GroupResource("apps", "deployments"), new KubeObject([]), Now).ToString());
    }

    [Theory]
    [InlineData("count/deployments.apps", "deployments.apps")]
    [InlineData("count/pods", "pods")]
    [InlineData("secrets", "secrets")]
    [InlineData("services.nodeports", "services")]
    [InlineData("requests.storage", "persistentvolumeclaims")]
    [InlineData("gold.storageclass.storage.k8s.io/requests.storage", "persistentvolumeclaims")]
    [InlineData("limits.memory", "pods")]
    [InlineData("requests.acme.com/gpu", "pods")]
    public void Quota_name_tells_what_is_counted(string name, string resource) => Assert.Equal(resource, QuotaUsage.ResourceOf(name).ToString());

    [Theory]
    [InlineData("""{"scopes":["BestEffort"]}""", "{}", true)]
    [InlineData("""{"scopes":["BestEffort"]}""", """{"containers":[{"resources":{"requests":{"cpu":"1"}}}]}""", false)]
    [InlineData("""{"scopes":["NotBestEffort","Terminating"]}""", """{"activeDeadlineSeconds":5,"containers":[{"resources":{"limits":{"memory":"1"}}}]}""", true)]
    [InlineData("""{"scopes":["NotTerminating"]}""", """{"activeDeadlineSeconds":5}""", false)]
    [InlineData("""{"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In","values":["high"]}]}}""", """{"priorityClassName":"high"}""", true)]
    [InlineData("""{"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"NotIn","values":["high"]}]}}""", """{"priorityClassName":"high"}""", false)]
    [InlineData("""{"scopes":["PriorityClass"]}""", "{}", false)]
    [InlineData("""{"scopes":["CrossNamespacePodAffinity"]}""", """{"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"namespaces":["x"]}]}}}""", true)]
    public void Scopes_choose_pods(string quota, string pod, bool matches)
    {
        var item = Parse($$"""{"spec":{{pod}} }""");

        Assert.Equal(matches, QuotaScope.Matches(Parse(quota).Json, new GroupResource("", "pods"), item));
        Assert.False(QuotaScope.Matches(Parse(quota).Json, new GroupResource("", "services"), item));
    }

    private static string Usage(string resource, string json) => QuotaUsage.Of(new GroupResource("", resource), Parse(json), Now).ToString();

    private static KubeObject Parse(string json) => KubeObject.Parse(Encoding.UTF8.GetBytes(json));
}
