// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Conformance.Harness;
using Pelago.Conformance.Services;
using Xunit;

namespace Pelago.Conformance.Monitoring;

/// <summary>A test with a shop that has something to measure and a scraper in a pod, whose service account may do what it needs and no more.</summary>
public abstract class MonitoringTest(TestCluster cluster) : ServiceTest(cluster)
{
    private const int Port = 9090;

    public override async ValueTask DisposeAsync()
    {
        await Kube.TryAsync(null, "delete", "clusterrole,clusterrolebinding", $"scraper-{Namespace}", "--ignore-not-found");
        await base.DisposeAsync();
    }

    protected void WithScrapersInPods()
    {
        AskedFromTheHost();
        WithNamespacesOfTheirOwn();
        TestCluster.NotOn(Cluster.HasImages, "scrapers are programs of this machine, which pods from images do not have");
    }

    protected async Task<string[]> NodesAsync() => (await Kube.RunAsync("get", "nodes", "-o", "jsonpath={.items[*].metadata.name}")).Output.Split(' ');

    /// <summary>The shop: pods with a page of measurements, and a headless or a plain service in front of them.</summary>
    protected async Task OpenShopAsync(bool isHeadless)
    {
        await ApplyAsync(
            Pods("shop", ["sh", "-c", $"w=$(mktemp -d); echo shop_orders_total 42 >$w/metrics; exec {Cluster.Busybox()} httpd -f -p 8080 -h $w"], 8080, "/metrics", "default", """ "prometheus.io/scrape":"true","prometheus.io/port":"8080" """),
            $$$"""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"shop"},"spec":{ {{{(isHeadless ? "\"clusterIP\":\"None\"," : "")}}}"selector":{"app":"shop"},
             "ports":[{"name":"http","port":8080,"targetPort":8080}]} }
            """);
        await ReadyAsync("shop");
    }

    /// <summary>Starts the scraper; its configuration is in a ConfigMap, mounted at /etc/scraper.</summary>
    protected async Task<PrometheusApi> StartScraperAsync(string configuration, string readyPath, params string[] command)
    {
        await ApplyAsync(
            Access(),
            $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"scraper"},"data":{"prometheus.yml":{{JsonSerializer.Serialize(configuration)}} } }""",
            Pods("scraper", command, Port, readyPath, "scraper", ""),
            $$$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"scraper"},"spec":{"selector":{"app":"scraper"},"ports":[{"port":{{{Port}}}}]} }""");
        await Kube.TryAsync(null, "rollout", "status", "deployment/scraper", "--timeout=60s");
        string address = $"http://{await FieldAsync("service/scraper", ".spec.clusterIP")}:{Port}";
        if ((await RunAsync("curl", "-sSf", "-m", "10", "--retry", "10", "--retry-all-errors", "--retry-max-time", "30", address + readyPath)).Code != 0)
            Assert.Fail($"the scraper does not answer:\n{await LogAsync()}");
        return new PrometheusApi(new Uri(address));
    }

    /// <summary>So many targets, all of them up.</summary>
    protected async Task UpAsync(PrometheusApi scraper, string job, int count)
    {
        IReadOnlyList<ScrapeTarget> targets = [];
        for (int i = 0; i < 600; i++)
        {
            targets = await scraper.TargetsAsync(job);
            if (targets.Count == count && targets.All(target => target.Health == "up"))
                return;
            await Task.Delay(100, Cancel); // a poll with a limit, for a scraper tells of its targets only when it is asked
        }
        Assert.Fail($"not within 60 s: {count} targets of {job} are up\n{string.Join('\n', targets)}\n{await LogAsync()}");
    }

    protected static Task HasAsync(PrometheusApi scraper, string expression) =>
        Until(async () => (await scraper.QueryAsync(expression)).Count > 0, $"there is {expression}");

    protected async Task<string> LogAsync() => (await Kube.TryAsync(null, "logs", "deployment/scraper")).Output;

    /// <summary>What it takes to find targets, and to read the measurements of the API server and, through it, of the nodes.</summary>
    private string Access() => $$"""
        {"apiVersion":"v1","kind":"List","items":[
         {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"scraper"} },
         {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"scraper-{{Namespace}}"},"rules":[
          {"apiGroups":[""],"resources":["nodes","services","endpoints","pods"],"verbs":["list","watch"]},
          {"apiGroups":["discovery.k8s.io"],"resources":["endpointslices"],"verbs":["list","watch"]},
          {"apiGroups":[""],"resources":["nodes/proxy"],"verbs":["get"]},
          {"nonResourceURLs":["/metrics"],"verbs":["get"]}]},
         {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"scraper-{{Namespace}}"},
          "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"scraper-{{Namespace}}"},
          "subjects":[{"kind":"ServiceAccount","name":"scraper","namespace":"{{Namespace}}"}]}]}
        """;

    /// <summary>A Deployment of one pod that is ready when a page answers, with the scraper's configuration mounted if it is there.</summary>
    private string Pods(string name, string[] command, int port, string page, string account, string annotations) => $$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{name}}}"},
         "spec":{"replicas":1,"selector":{"matchLabels":{"app":"{{{name}}}"} },
          "template":{"metadata":{"labels":{"app":"{{{name}}}"},"annotations":{ {{{annotations}}} } },
           "spec":{"serviceAccountName":"{{{account}}}","terminationGracePeriodSeconds":1,"tolerations":{{{Staying}}},
            "containers":[{"name":"main","image":"{{{Cluster.Image}}}","imagePullPolicy":"Never","command":{{{JsonSerializer.Serialize(command)}}},
             "ports":[{"name":"http","containerPort":{{{port}}} }],"readinessProbe":{"httpGet":{"path":"{{{page}}}","port":"http"},"periodSeconds":1},
             "volumeMounts":[{"name":"configuration","mountPath":"/etc/scraper"},{"name":"data","mountPath":"/data"}]}],
            "volumes":[{"name":"configuration","configMap":{"name":"scraper","optional":true} },{"name":"data","emptyDir":{} }] } } } }
        """;
}
