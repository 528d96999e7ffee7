// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pelago.Engine.Requests;
using Pelago.Engine.Server;
using Yarp.ReverseProxy.Forwarder;

namespace Pelago.Engine.Aggregation;

/// <summary>
/// Passes requests on to aggregated API servers: bodies as they stream, upgraded connections byte for byte (upstream
/// kube-aggregator pkg/apiserver/handler_proxy.go).
/// </summary>
internal sealed class AggregationProxy(ApiServiceTable services, RemoteConnections connections, IHttpForwarder forwarder)
{
    private static readonly byte[] Unavailable = Encoding.UTF8.GetBytes("service unavailable\n");

    // watches may be silent for long; what is not one has the deadline of its request
    private static readonly ForwarderRequestConfig Short = new()
    {
        ActivityTimeout = TimeSpan.FromSeconds(60),
        AllowResponseBuffering = false,

        // see HeaderLineStream
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static readonly ForwarderRequestConfig LongRunning = Short with { ActivityTimeout = TimeSpan.FromHours(12) };

    public static IHttpForwarder NewForwarder(ILoggerFactory logging) =>
        new ServiceCollection().AddSingleton(logging).AddLogging().AddHttpForwarder().BuildServiceProvider().GetRequiredService<IHttpForwarder>();

    /// <summary>The server of the request's group version when it is another one; null when it is this one.</summary>
    public ApiService? Find(RequestInfo info)
    {
        if (info.IsResource)
            return services.Remote(info.Resource.Group, info.Resource.Version);
        return TryGroupVersion(info.Path, out string group, out string version) ? services.Remote(group, version) : null;
    }

    public async Task HandleAsync(HttpContext http, RequestInfo info, UserInfo user, ApiService service, CancellationToken cancel)
    {
        if (!service.IsAvailable)
        {
            await RefuseAsync(http, cancel);
            return;
        }

        RemoteConnection connection = connections.For(service);
        ForwarderError error = await forwarder.SendAsync(
            http, connection.Prefix, connection.Invoker, info.IsLongRunning ? LongRunning : Short, new RemoteUserTransformer(user), cancel);
        if (error is not ForwarderError.None && !http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
            await RefuseAsync(http, cancel);
    }

    /// <summary><c>/apis/GROUP/VERSION</c> and <c>/openapi/v3/apis/GROUP/VERSION</c>: the two documents that the other server answers itself.</summary>
    private static bool TryGroupVersion(string path, out string group, out string version)
    {
        const string OpenApi = "/openapi/v3/";
        string[] parts = (path.StartsWith(OpenApi, StringComparison.Ordinal) ? path[OpenApi.Length..] : path).Trim('/').Split('/');
        bool is3 = parts.Length == 3 && parts[0] == "apis";
        (group, version) = is3 ? (parts[1], parts[2]) : ("", "");
        return is3;
    }

    private static Task RefuseAsync(HttpContext http, CancellationToken cancel)
    {
        http.Response.Clear();
        return ResponseWriter.WriteTextAsync(http, 503, "text/plain; charset=utf-8", Unavailable, cancel);
    }
}
