// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Pelago.Node.Serving.Spdy;

/// <summary>SPDY whose bytes travel in binary messages of a WebSocket, however cut: what kubectl forwards ports by from 1.31 on.</summary>
internal static class SpdyTunnel
{
    private const string Subprotocol = "SPDY/3.1+portforward.k8s.io";

    public static bool IsWanted(HttpContext http) =>
        http.WebSockets.IsWebSocketRequest && http.WebSockets.WebSocketRequestedProtocols.Contains(Subprotocol);

    public static async Task<SpdyConnection> AcceptAsync(HttpContext http)
    {
        // Accepting it by name fails: for .NET a subprotocol has no slash in it, as for RFC 6455.
        http.Response.Headers.SecWebSocketProtocol = Subprotocol;
        WebSocket socket = await http.WebSockets.AcceptWebSocketAsync();
        Stream stream = WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: true);
        return new SpdyConnection(stream);
    }
}
