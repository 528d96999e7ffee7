// SPDX-License-Identifier: Apache-2.0

using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.Monitoring;

/// <summary>What scrapes clusters finds its targets in this one and reads what they say.</summary>
[Trait("Lane", "Slow")]
public sealed class MonitoringTests(TestCluster cluster) : MonitoringTest(cluster)
{
    private static readonly string[] OfPods = ["pods", "endpoints", "endpointslices"];

    [Fact]
    public async Task Targets_of_every_role_are_discovered_scraped_and_followed()
    {
        WithScrapersInPods();
        string program = ClientProgram.VictoriaMetrics.Require();
        await OpenShopAsync(isHeadless: false);
        using PrometheusApi scraper = await StartScraperAsync(
            ScrapeConfiguration.Discovered(Namespace), "/health", program, "-promscrape.config=/etc/scraper/prometheus.yml", "-storageDataPath=/data", "-httpListenAddr=:9090",
            "-search.latencyOffset=1s", "-promscrape.kubernetesSDCheckInterval=1s", "-memory.allowedBytes=128MB");

        await MeasuredAsync(scraper);
        foreach (string job in (string[])["services", .. OfPods])
            await UpAsync(scraper, job, 1);
        Assert.Equal("no\n", (await Kube.TryAsync(null, "auth", "can-i", "list", "secrets", $"--as=system:serviceaccount:{Namespace}:scraper")).Output);

        await Kube.RunAsync("scale", "deployment/shop", "--replicas=3");
        foreach (string job in OfPods)
            await UpAsync(scraper, job, 3);
        await Kube.RunAsync("scale", "deployment/shop", "--replicas=0");
        foreach (string job in OfPods)
            await UpAsync(scraper, job, 0);
        await Kube.RunAsync("delete", "service", "shop");
        await UpAsync(scraper, "services", 0);
        Assert.DoesNotContain("\terror\t", await LogAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prometheus_reads_every_page_and_follows_the_names_of_a_headless_service()
    {
        WithScrapersInPods();
        string program = ClientProgram.Prometheus.Require();
        await OpenShopAsync(isHeadless: true);
        using PrometheusApi scraper = await StartScraperAsync(
            ScrapeConfiguration.Named(Namespace, await NodesAsync()), "/-/ready", program, "--config.file=/etc/scraper/prometheus.yml", "--storage.tsdb.path=/data", "--web.listen-address=:9090");

        await MeasuredAsync(scraper);
        await Kube.RunAsync("scale", "deployment/shop", "--replicas=3");
        await UpAsync(scraper, "pods", 3);
        await Kube.RunAsync("scale", "deployment/shop", "--replicas=1");
        await UpAsync(scraper, "pods", 1);
    }

    /// <summary>API server, nodes and the shop are up, and their pages say what they should.</summary>
    private async Task MeasuredAsync(PrometheusApi scraper)
    {
        await UpAsync(scraper, "apiserver", 1);
        int nodes = (await NodesAsync()).Length;
        foreach (string job in ScrapeConfiguration.NodePages.Keys)
            await UpAsync(scraper, job, nodes);
        await UpAsync(scraper, "pods", 1);
        await HasAsync(scraper, "sum(shop_orders_total{job=\"pods\"}) == 42");
        // A watch is counted when it ends, and that of the scraper does not.
        await Kube.RunAsync("get", "--raw", $"/api/v1/namespaces/{Namespace}/pods?watch=1&timeoutSeconds=1");
        await HasAsync(scraper, "sum(apiserver_request_total{job=\"apiserver\",resource=\"pods\",verb=\"WATCH\"}) > 0");
        await HasAsync(scraper, $"sum(container_memory_working_set_bytes{{job=\"cadvisor\",namespace=\"{Namespace}\",container=\"main\"}}) > 0");
        await HasAsync(scraper, $"sum(pod_cpu_usage_seconds_total{{job=\"resource\",namespace=\"{Namespace}\"}}) > 0");
        await HasAsync(scraper, "sum(kubelet_running_pods{job=\"nodes\"}) > 0");
    }
}
