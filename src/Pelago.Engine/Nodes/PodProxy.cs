// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http;
using System.Net.Security;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Engine.Resources;
using Pelago.Engine.Server;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Nodes;

/// <summary>
/// pods/proxy and services/proxy: HTTP to a port of a pod, through a tunnel that its node opens, so that it works whatever network the pod is on.
/// Names are <c>[scheme:]name[:port]</c> (upstream apimachinery net.SplitSchemeNamePort); of a service any endpoint that is ready answers.
/// </summary>
internal sealed class PodProxy(IRevisionStore store, NodeLocator locator, NodeConnections connections) : IConnectHandler
{
    private readonly IResourceStore _services = store.Resource("services");
    private readonly IResourceStore _slices = store.Resource("endpointslices.discovery.k8s.io");

    [SuppressMessage("Security", "CA5359", Justification = "No authority is known for what pods show of themselves; upstream looks at none either.")]
    public async Task HandleAsync(HttpContext http, ResourceRequest request, string rest, CancellationToken cancel)
    {
        (string scheme, string name, string port) = Split(request.Name);
        (string pod, int number) = request.Kind.Plural == "pods" ? PodPort(request.Namespace, name, port) : Endpoint(request.Namespace, name, port);
        NodeEndpoint node = locator.OfPod(locator.Pod(request.Namespace, pod))
            ?? throw new ApiStatusException(ApiStatus.BadRequest($"pod {pod} does not have a host assigned"));
        using var tunnel = new SocketsHttpHandler
        {
            UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null,
            ConnectCallback = async (_, connecting) => await connections.TunnelAsync(node, request.Namespace, pod, number, connecting),
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        };
        using var invoker = new HttpMessageInvoker(tunnel);
        var target = new Uri($"{scheme}://{pod}:{number}{ProxiedPath.Of(http, rest)}{http.Request.QueryString}");
        await connections.ForwardAsync(http, invoker, target, $"pod {request.Namespace}/{pod}", cancel);
    }

    private static (string Scheme, string Name, string Port) Split(string text)
    {
        string[] parts = text.Split(':');
        return parts switch
        {
            [var name] => ("http", name, ""),
            [var name, var port] => ("http", name, port),
            ["http" or "", var name, var port] => ("http", name, port),
            ["https", var name, var port] => ("https", name, port),
            _ => throw new ApiStatusException(ApiStatus.BadRequest($"invalid proxy request \"{text}\": NAME, NAME:PORT, http:NAME:PORT or https:NAME:PORT is served")),
        };
    }

    private (string Pod, int Port) PodPort(string ns, string name, string port)
    {
        if (port.Length == 0)
        {
            JsonObject? first = (locator.Pod(ns, name).Spec?.Array("containers") ?? []).OfType<JsonObject>()
                .SelectMany(container => container.Array("ports") ?? []).OfType<JsonObject>().FirstOrDefault();
            return (name, (int)(first?.Integer("containerPort") ?? 80));
        }

        return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and < 65536
            ? (name, number)
            : throw new ApiStatusException(ApiStatus.BadRequest($"\"{port}\" is not a port"));
    }

    private (string Pod, int Port) Endpoint(string ns, string service, string port)
    {
        if (_services.Current.Get(new ObjectKey(ns, service)) is not { } stored)
            throw new ApiStatusException(ApiStatus.NotFound(new GroupResource("", "services"), service));
        JsonObject[] ports = [.. (KubeObject.Parse(stored.Json).Spec?.Array("ports") ?? []).OfType<JsonObject>()];
        JsonObject wanted = ports.FirstOrDefault(item => port.Length == 0 ? ports.Length == 1 : Names(item, port))
            ?? throw new ApiStatusException(ApiStatus.Unavailable($"no service port \"{port}\" found for service \"{service}\""));
        string portName = wanted.String("name") ?? "";
        var ready = new List<(string Pod, int Port)>();
        foreach (StoredObject item in _slices.Current.Scan(ns))
        {
            var slice = KubeObject.Parse(item.Json);
            if (slice.Labels?.String("kubernetes.io/service-name") != service)
                continue;
            JsonObject? number = (slice.Json.Array("ports") ?? []).OfType<JsonObject>().FirstOrDefault(entry => (entry.String("name") ?? "") == portName);
            if (number?.Integer("port") is not { } at)
                continue;
            ready.AddRange((slice.Json.Array("endpoints") ?? []).OfType<JsonObject>()
                .Where(endpoint => endpoint.Object("conditions")?.Boolean("ready") != false && endpoint.Object("targetRef")?.String("kind") == "Pod")
                .Select(endpoint => (endpoint.Object("targetRef")!.String("name")!, (int)at)));
        }

        return ready.Count > 0 ? ready[Random.Shared.Next(ready.Count)] : throw new ApiStatusException(ApiStatus.Unavailable($"no endpoints available for service \"{service}\""));
    }

    private static bool Names(JsonObject port, string asked) =>
        port.String("name") == asked || port.Integer("port")?.ToString(CultureInfo.InvariantCulture) == asked;
}
