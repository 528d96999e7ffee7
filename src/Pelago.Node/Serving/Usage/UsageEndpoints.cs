// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pelago.Node.Serving.Usage;

/// <summary>/stats/summary (upstream k8s.io/kubelet stats/v1alpha1 Summary, the parts that exist here) and /metrics/resource.</summary>
internal sealed class UsageEndpoints(UsageSampler sampler, string node)
{
    public async Task SummaryAsync(HttpContext http)
    {
        UsageReading reading = await sampler.ReadAsync(http.RequestAborted);
        await NodeAnswers.WriteAsync(http, new JsonObject
        {
            ["node"] = With(reading.Machine, new JsonObject { ["nodeName"] = node }),
            ["pods"] = new JsonArray([.. reading.Pods.Select(PodSummary)]),
        });
    }

    public async Task MetricsAsync(HttpContext http)
    {
        UsageReading reading = await sampler.ReadAsync(http.RequestAborted);
        http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await http.Response.WriteAsync(MetricsText(reading), http.RequestAborted);
    }

    private static JsonNode PodSummary(PodUsage pod) => new JsonObject
    {
        ["podRef"] = new JsonObject { ["name"] = pod.Pod.Metadata.Name, ["namespace"] = pod.Pod.Metadata.NamespaceProperty, ["uid"] = pod.Pod.Metadata.Uid },
        ["containers"] = new JsonArray([.. pod.Containers.Select(container =>
            (JsonNode)With(container.Usage, new JsonObject { ["name"] = container.Name, ["startTime"] = Time(container.StartedAt) }))]),
    };

    private static JsonObject With(Usage usage, JsonObject subject)
    {
        string at = Time(usage.Total.Time);
        var cpu = new JsonObject { ["time"] = at, ["usageCoreNanoSeconds"] = usage.Total.CpuNanoseconds };
        if (usage.NanoCores is { } rate)
            cpu["usageNanoCores"] = rate;
        subject["cpu"] = cpu;
        subject["memory"] = new JsonObject
        {
            ["time"] = at, ["workingSetBytes"] = usage.Total.MemoryWorkingSet, ["rssBytes"] = usage.Total.MemoryResident,
        };
        return subject;
    }

    private static string MetricsText(UsageReading reading)
    {
        var text = new StringBuilder();
        (string Labels, ContainerUsage Container)[] containers = [.. reading.Pods.SelectMany(pod => pod.Containers.Select(container =>
            ($"{{container=\"{container.Name}\",namespace=\"{pod.Pod.Metadata.NamespaceProperty}\",pod=\"{pod.Pod.Metadata.Name}\"}}", container)))];
        Family(text, "container_cpu_usage_seconds_total", "counter", containers.Select(item => (item.Labels, Seconds(item.Container.Usage))));
        Family(text, "container_memory_working_set_bytes", "gauge", containers.Select(item => (item.Labels, (double)item.Container.Usage.Total.MemoryWorkingSet)));
        Family(text, "container_start_time_seconds", "gauge", containers.Select(item => (item.Labels, item.Container.StartedAt.ToUnixTimeMilliseconds() / 1000.0)));
        Family(text, "node_cpu_usage_seconds_total", "counter", [("", Seconds(reading.Machine))]);
        Family(text, "node_memory_working_set_bytes", "gauge", [("", reading.Machine.Total.MemoryWorkingSet)]);
        (string Labels, PodUsage Pod)[] pods = [.. reading.Pods.Select(pod =>
            ($"{{namespace=\"{pod.Pod.Metadata.NamespaceProperty}\",pod=\"{pod.Pod.Metadata.Name}\"}}", pod))];
        Family(text, "pod_cpu_usage_seconds_total", "counter", pods.Select(item => (item.Labels, item.Pod.Containers.Sum(container => Seconds(container.Usage)))));
        Family(text, "pod_memory_working_set_bytes", "gauge",
            pods.Select(item => (item.Labels, item.Pod.Containers.Sum(container => (double)container.Usage.Total.MemoryWorkingSet))));
        Family(text, "resource_scrape_error", "gauge", [("", 0)]);
        return text.ToString();
    }

    private static void Family(StringBuilder text, string name, string type, IEnumerable<(string Labels, double Value)> samples)
    {
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n");
        foreach ((string labels, double value) in samples)
            text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value}\n");
    }

    private static double Seconds(Usage usage) => usage.Total.CpuNanoseconds / 1e9;

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
