// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;
using Pelago.Node.Serving.Streams;
using Pelago.Node.Serving.Usage;

namespace Pelago.Node.Serving;

/// <summary>What is served where.</summary>
internal sealed class NodeRoutes(
    PodDirectory pods, ContainerEndpoints containers, ProcessEndpoints processes, PortEndpoints ports, UsageEndpoints usage, ImageEndpoints images)
{
    private const string Pod = "{namespace}/{pod}";
    private static readonly string[] Streams = ["GET", "POST"];

    public void Map(WebApplication app)
    {
        app.MapGet("/healthz", (RequestDelegate)(http => http.Response.WriteAsync("ok", http.RequestAborted)));
        app.MapGet("/pods", (RequestDelegate)PodsAsync);
        containers.Map(app);
        MapImages(app, images);
        app.MapMethods($"/exec/{Pod}/{{container}}", Streams, (RequestDelegate)processes.ExecAsync);
        app.MapMethods($"/attach/{Pod}/{{container}}", Streams, (RequestDelegate)processes.AttachAsync);
        app.MapMethods($"/portForward/{Pod}", Streams, (RequestDelegate)ports.ForwardAsync);
        app.MapGet($"/tunnel/{Pod}", (RequestDelegate)ports.TunnelAsync);
        app.MapGet("/stats/summary", (RequestDelegate)usage.SummaryAsync);
        app.MapGet("/metrics", (RequestDelegate)usage.AgentMetricsAsync);
        app.MapGet("/metrics/cadvisor", (RequestDelegate)usage.ContainerMetricsAsync);
        app.MapGet("/metrics/resource", (RequestDelegate)usage.ResourceMetricsAsync);
        app.MapFallback((RequestDelegate)(_ => throw new ApiStatusException(ApiStatus.NoSuchPath())));
    }

    /// <summary>The images of the node: the same beside a kubelet.</summary>
    public static void MapImages(WebApplication app, ImageEndpoints images)
    {
        app.MapGet("/images", (RequestDelegate)images.ListAsync);
        app.MapDelete("/images", (RequestDelegate)images.RemoveAsync);
        app.MapPost("/images/import", (RequestDelegate)images.ImportAsync);
        app.MapPost("/images/pull", (RequestDelegate)images.PullAsync);
    }

    private Task PodsAsync(HttpContext http) => NodeAnswers.WriteAsync(http, new JsonObject
    {
        ["kind"] = "PodList", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(),
        ["items"] = new JsonArray([.. pods.Pods.Select(pod => JsonNode.Parse(KubernetesJson.Serialize(pod)))]),
    });
}
