// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pelago.Node.Serving.Usage;

/// <summary>/stats/summary (upstream k8s.io/kubelet stats/v1alpha1 Summary, the parts that exist here) and the pages of <see cref="NodeMetrics"/>.</summary>
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

    public Task AgentMetricsAsync(HttpContext http) => WriteAsync(http, reading => NodeMetrics.Agent(reading, node));

    public Task ContainerMetricsAsync(HttpContext http) => WriteAsync(http, NodeMetrics.Containers);

    public Task ResourceMetricsAsync(HttpContext http) => WriteAsync(http, NodeMetrics.Resources);

    private async Task WriteAsync(HttpContext http, Func<UsageReading, string> page)
    {
        UsageReading reading = await sampler.ReadAsync(http.RequestAborted);
        http.Response.ContentType = MetricsText.ContentType;
        await http.Response.WriteAsync(page(reading), http.RequestAborted);
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

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
