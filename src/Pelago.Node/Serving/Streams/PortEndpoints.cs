// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO;
using System.Text;
using k8s.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pelago.Kube;
using Pelago.Node.Runtimes;
using Pelago.Node.Serving.Spdy;

namespace Pelago.Node.Serving.Streams;

/// <summary>Connections to ports of pods: several in the channels of a WebSocket (/portForward), or one as bare bytes (/tunnel).</summary>
internal sealed class PortEndpoints(PodDirectory pods, IPodRuntime runtime)
{
    private const int MaxPorts = 32;
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(10);

    /// <summary>/portForward/NAMESPACE/POD: over SPDY, by itself or in a WebSocket, or over WebSocket channels.</summary>
    public Task ForwardAsync(HttpContext http) =>
        SpdyUpgrade.IsWanted(http) || SpdyTunnel.IsWanted(http) ? ForwardBySpdyAsync(http) : ForwardByChannelsAsync(http);

    /// <summary>
    /// /portForward/NAMESPACE/POD?port=80&amp;port=81: channel 2k carries the data of port k, channel 2k+1 why it failed; each begins with the port's number,
    /// two bytes, the lower first (upstream k8s.io/kubelet portforward/websocket.go).
    /// </summary>
    private async Task ForwardByChannelsAsync(HttpContext http)
    {
        int[] ports = Ports(http);
        PodSandboxStatus sandbox = await SandboxAsync(http);
        StreamProtocol protocol = StreamProtocol.Choose(http);
        using ChannelSocket socket = await ChannelSocket.AcceptAsync(http, protocol);
        CancellationToken cancel = http.RequestAborted;
        var connections = new Stream?[ports.Length];
        var carrying = new List<Task>();
        try
        {
            for (int i = 0; i < ports.Length; i++)
            {
                byte[] number = new byte[2];
                BinaryPrimitives.WriteUInt16LittleEndian(number, (ushort)ports[i]);
                await socket.SendAsync(Data(i), number, cancel);
                await socket.SendAsync(Error(i), number, cancel);
                connections[i] = await OpenAsync(socket, sandbox.Id, ports[i], i, cancel);
                if (connections[i] is { } connection)
                    carrying.Add(socket.SendAllAsync(Data(i), connection, cancel));
            }
            Task receiving = ReceiveAsync(socket, connections, cancel);
            await Task.WhenAny(receiving, Task.WhenAll(carrying));
            await socket.CloseAsync(cancel);
            await receiving.WaitAsync(ClosePatience, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            foreach (Stream? connection in connections)
            {
                if (connection is not null)
                    await connection.DisposeAsync();
            }
        }
    }

    /// <summary>Any number of connections, whose ports the client says with each.</summary>
    private async Task ForwardBySpdyAsync(HttpContext http)
    {
        PodSandboxStatus sandbox = await SandboxAsync(http);
        await using SpdyConnection client = SpdyUpgrade.IsWanted(http)
            ? (await SpdyUpgrade.AcceptAsync(http, [SpdyPortForward.Protocol])).Connection
            : await SpdyTunnel.AcceptAsync(http);
        await new SpdyPortForward(client, (port, cancel) => runtime.ConnectAsync(sandbox.Id, port, cancel)).RunAsync(http.RequestAborted);
    }

    /// <summary>/tunnel/NAMESPACE/POD?port=80 with <c>Upgrade: tcp</c>: the API server's way to a port, for its proxy subresources.</summary>
    public async Task TunnelAsync(HttpContext http)
    {
        IHttpUpgradeFeature? upgrade = http.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is not { IsUpgradableRequest: true })
            throw new ApiStatusException(ApiStatus.BadRequest("this is a stream: ask for it with 'Upgrade: tcp' over HTTP/1.1"));
        int port = Ports(http)[0];
        PodSandboxStatus sandbox = await SandboxAsync(http);
        Stream connection;
        try
        {
            connection = await runtime.ConnectAsync(sandbox.Id, port, http.RequestAborted);
        }
        catch (Exception fault) when (fault is System.Net.Sockets.SocketException or IOException)
        {
            throw new ApiStatusException(ApiStatus.Unavailable($"port {port} of pod {http.Route("pod")} cannot be reached: {fault.Message}"));
        }
        await using (connection)
        {
            http.Response.Headers.Upgrade = "tcp";
            await using Stream client = await upgrade.UpgradeAsync();
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
            Task up = CopyAsync(client, connection, ended.Token);
            await CopyAsync(connection, client, ended.Token);
            await ended.CancelAsync();
            await up.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static byte Data(int index) => (byte)(2 * index);

    private static byte Error(int index) => (byte)((2 * index) + 1);

    private async Task<PodSandboxStatus> SandboxAsync(HttpContext http)
    {
        V1Pod pod = pods.Pod(http.Route("namespace"), http.Route("pod"));
        return await pods.SandboxAsync(pod, http.RequestAborted);
    }

    private async Task<Stream?> OpenAsync(ChannelSocket socket, string sandbox, int port, int index, CancellationToken cancel)
    {
        try
        {
            return await runtime.ConnectAsync(sandbox, port, cancel);
        }
        catch (Exception fault) when (fault is System.Net.Sockets.SocketException or IOException or RuntimeException)
        {
            await socket.SendAsync(Error(index), Encoding.UTF8.GetBytes($"port {port} cannot be reached: {fault.Message}"), cancel);
            return null;
        }
    }

    private static async Task ReceiveAsync(ChannelSocket socket, Stream?[] connections, CancellationToken cancel)
    {
        while (await socket.ReceiveAsync(cancel) is { } piece)
        {
            if (piece.Channel % 2 != 0 || piece.Channel / 2 >= connections.Length || connections[piece.Channel / 2] is not { } connection)
                continue;
            try
            {
                await connection.WriteAsync(piece.Data, cancel);
            }
            catch (IOException)
            {
                // It reads no more; what it still says is sent on.
            }
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancel)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(IChannels.MaxPiece);
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, cancel)) > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancel);
                await to.FlushAsync(cancel);
            }
        }
        catch (IOException)
        {
            // One side is gone: that is the end.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int[] Ports(HttpContext http)
    {
        string[] given = [.. http.Request.Query["port"].Concat(http.Request.Query["ports"]).OfType<string>().SelectMany(text => text.Split(','))];
        if (given.Length is 0 or > MaxPorts)
            throw new ApiStatusException(ApiStatus.BadRequest($"between 1 and {MaxPorts} ports are needed"));
        return [.. given.Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and < 65536
            ? port
            : throw new ApiStatusException(ApiStatus.BadRequest($"\"{text}\" is not a port between 1 and 65535")))];
    }
}
