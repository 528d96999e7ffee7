// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Kube;

namespace Pelago.Node.Serving.Streams;

/// <summary>
/// How the channels of a stream travel. In WebSocket messages: the channel's number, then its bytes; in SPDY each is a stream. From v4 on the outcome is
/// a Status on the error channel; a client can end its stdin in SPDY, and in WebSocket messages from v5 on.
/// </summary>
internal sealed record StreamProtocol(string Name, bool IsBase64, bool HasStatus, bool CanClose, bool HasResize = true)
{
    // Best first.
    private static readonly StreamProtocol[] Known =
    [
        new("v5.channel.k8s.io", IsBase64: false, HasStatus: true, CanClose: true),
        new("v4.channel.k8s.io", IsBase64: false, HasStatus: true, CanClose: false),
        new("v4.base64.channel.k8s.io", IsBase64: true, HasStatus: true, CanClose: false),
        new("channel.k8s.io", IsBase64: false, HasStatus: false, CanClose: false),
        new("base64.channel.k8s.io", IsBase64: true, HasStatus: false, CanClose: false),
    ];

    /// <summary>What is spoken over SPDY; a client that names none means the first of them. Before the third the size of a terminal is not told.</summary>
    public static readonly IReadOnlyList<StreamProtocol> OverSpdy =
    [
        new("v4.channel.k8s.io", IsBase64: false, HasStatus: true, CanClose: true),
        new("v3.channel.k8s.io", IsBase64: false, HasStatus: false, CanClose: true),
        new("v2.channel.k8s.io", IsBase64: false, HasStatus: false, CanClose: true, HasResize: false),
        new("channel.k8s.io", IsBase64: false, HasStatus: false, CanClose: true, HasResize: false),
    ];

    private static readonly StreamProtocol Unnamed = new("", IsBase64: false, HasStatus: false, CanClose: false);

    /// <summary>The best that the client offers; a client that names none gets the first version.</summary>
    public static StreamProtocol Choose(HttpContext http)
    {
        RequireWebSocket(http);
        IList<string> offered = http.WebSockets.WebSocketRequestedProtocols;
        if (offered.Count == 0)
            return Unnamed;
        return Known.FirstOrDefault(protocol => offered.Contains(protocol.Name)) ?? throw new ApiStatusException(ApiStatus.BadRequest(
            $"none of the offered stream protocols ({string.Join(", ", offered)}) is served; {string.Join(", ", Known.Select(protocol => protocol.Name))} are"));
    }

    private static void RequireWebSocket(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
            throw new ApiStatusException(ApiStatus.BadRequest("Upgrade request required: a WebSocket or SPDY/3.1, over HTTP/1.1"));
    }
}
