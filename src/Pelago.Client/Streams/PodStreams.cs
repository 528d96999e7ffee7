// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Net.WebSockets;
using System.Text;
using Pelago.Client.Http;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>The streams of pods: logs over plain HTTP; exec, attach and port-forward over WebSockets (channel protocols v5 and v4).</summary>
public sealed class PodStreams(HttpKubeApi api)
{
    internal const string V5 = "v5.channel.k8s.io";
    private const string V4 = "v4.channel.k8s.io";
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");

    /// <summary>The log as bytes, or why there is none. With <see cref="LogRequest.Follow"/> the stream goes on until the container ends.</summary>
    public Task<(Stream? Body, ApiStatus? Error)> LogsAsync(string ns, string pod, LogRequest request, CancellationToken cancel)
    {
        var query = new StringBuilder();
        QueryString.Add(query, "container", Given(request.Container));
        QueryString.Add(query, "follow", Flag(request.Follow));
        QueryString.Add(query, "previous", Flag(request.Previous));
        QueryString.Add(query, "timestamps", Flag(request.Timestamps));
        QueryString.Add(query, "tailLines", request.TailLines?.ToString());
        QueryString.Add(query, "sinceSeconds", request.SinceSeconds?.ToString());
        QueryString.Add(query, "sinceTime", request.SinceTime?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        QueryString.Add(query, "limitBytes", request.LimitBytes?.ToString());
        return api.StreamAsync(PathOf(ns, pod, "log") + query, cancel);
    }

    public Task<(ExecSession? Session, ApiStatus? Error)> ExecAsync(string ns, string pod, ExecRequest request, CancellationToken cancel) =>
        OpenAsync(PathOf(ns, pod, "exec") + Query(request), cancel);

    public Task<(ExecSession? Session, ApiStatus? Error)> AttachAsync(string ns, string pod, ExecRequest request, CancellationToken cancel) =>
        OpenAsync(PathOf(ns, pod, "attach") + Query(request with { Command = [] }), cancel);

    /// <summary>One connection to a port of the pod; open another for each local connection.</summary>
    public async Task<(PortForward? Connection, ApiStatus? Error)> PortForwardAsync(string ns, string pod, int port, CancellationToken cancel)
    {
        (ClientWebSocket? socket, ApiStatus? error) = await ConnectAsync($"{PathOf(ns, pod, "portforward")}?ports={port}", [V4], cancel);
        return (socket is null ? null : new PortForward(socket), error);
    }

    private async Task<(ExecSession? Session, ApiStatus? Error)> OpenAsync(string pathAndQuery, CancellationToken cancel)
    {
        (ClientWebSocket? socket, ApiStatus? error) = await ConnectAsync(pathAndQuery, [V5, V4], cancel);
        return (socket is null ? null : new ExecSession(socket), error);
    }

    private async Task<(ClientWebSocket? Socket, ApiStatus? Error)> ConnectAsync(string pathAndQuery, string[] protocols, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(5);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        foreach (string protocol in protocols)
            socket.Options.AddSubProtocol(protocol);
        foreach ((string name, string value) in await api.Sender.IdentityAsync(cancel))
            socket.Options.SetRequestHeader(name, value);
        Uri url = api.Sender.UrlOf(pathAndQuery);
        var target = new UriBuilder(url) { Scheme = url.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs }.Uri;
        try
        {
            await socket.ConnectAsync(target, api.Sender.Invoker, cancel);
            return (socket, null);
        }
        catch (WebSocketException refused)
        {
            int code = (int)socket.HttpStatusCode;
            socket.Dispose();
            if (code == 0)
                throw api.Sender.Unreachable($"WebSocket {url.AbsolutePath}", refused);
            return (null, await RefusalAsync(pathAndQuery, code, cancel));
        }
    }

    /// <summary>A refused upgrade hides its body; the same request as a plain GET shows the Status.</summary>
    private async Task<ApiStatus> RefusalAsync(string pathAndQuery, int code, CancellationToken cancel) =>
        (await api.GetRawAsync(pathAndQuery, cancel)).Error ?? StatusReading.Read(code, default, 0);

    private static string Query(ExecRequest request)
    {
        var query = new StringBuilder();
        QueryString.Add(query, "container", Given(request.Container));
        foreach (string word in request.Command)
            QueryString.Add(query, "command", word);
        QueryString.Add(query, "stdin", Flag(request.Stdin));
        QueryString.Add(query, "stdout", Flag(request.Stdout));
        QueryString.Add(query, "stderr", Flag(request.Stderr && !request.Tty));
        QueryString.Add(query, "tty", Flag(request.Tty));
        return query.ToString();
    }

    private static string PathOf(string ns, string pod, string subresource) => new ResourcePath(Pods, ns, pod, subresource).ToUrlPath();

    private static string? Given(string text) => text.Length == 0 ? null : text;

    private static string? Flag(bool value) => value ? "true" : null;
}
