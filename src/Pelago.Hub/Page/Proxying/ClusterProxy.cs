// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pelago.Client;
using Pelago.Hub.Page.Access;
using Pelago.Hub.Page.Files;
using Pelago.Kube;
using Yarp.ReverseProxy.Forwarder;

namespace Pelago.Hub.Page.Proxying;

/// <summary>/api/clusters/NAME/PATH: to PATH at that cluster's API server, as the user of the session; bodies and WebSockets stream both ways.</summary>
internal sealed class ClusterProxy(IHttpForwarder forwarder)
{
    public const string Prefix = "/api/clusters/";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly ForwarderRequestConfig Config = new()
    {
        ActivityTimeout = TimeSpan.FromHours(12), AllowResponseBuffering = false, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public async Task HandleAsync(HttpContext http, PageSession session)
    {
        SecurityHeaders.MarkForeign(http);

        // The path as it came: what is escaped in it is the cluster's to read.
        string target = http.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        if (!target.StartsWith(Prefix, StringComparison.Ordinal))
            throw new ApiStatusException(ApiStatus.NoSuchPath());
        string[] parts = target[Prefix.Length..].Split('/', 2);
        string name = Uri.UnescapeDataString(parts[0]);
        string path = "/" + parts.ElementAtOrDefault(1);
        if (Uri.UnescapeDataString(path).Split('/').Any(part => part is "." or ".."))
            throw new ApiStatusException(ApiStatus.BadRequest("a path goes down only"));
        HttpKubeApi api = session.ApiOf(name) ?? throw new ApiStatusException(new ApiStatus
        {
            Code = 404, Reason = StatusReason.NotFound, Message = $"this session has no cluster \"{name}\"; it has: {string.Join(", ", session.Members.Select(member => member.Name))}",
        });
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, session.Ended);
        using var late = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel.Token, late.Token);
        if (MustAnswerSoon(http.Request))
            late.CancelAfter(Patience);
        var transformer = new ClusterTransformer(api, path, () => late.CancelAfter(Timeout.InfiniteTimeSpan));
        string server = api.Connection.Server.AbsoluteUri.TrimEnd('/');
        ForwarderError error = await forwarder.SendAsync(http, server, api.Invoker, Config, transformer, either.Token);
        if (error is ForwarderError.None || http.Response.HasStarted || cancel.IsCancellationRequested)
            return;
        throw new ApiStatusException(ApiStatus.Unavailable(late.IsCancellationRequested
            ? $"cluster \"{name}\" gave no answer within {Patience.TotalSeconds:0} s"
            : $"cluster \"{name}\" at {api.Connection.Server.GetLeftPart(UriPartial.Authority)} gave no answer ({error})"));
    }

    /// <summary>An upload is answered when it is through, and a log that is followed when it says something.</summary>
    private static bool MustAnswerSoon(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && !request.Query.ContainsKey("follow");
}
