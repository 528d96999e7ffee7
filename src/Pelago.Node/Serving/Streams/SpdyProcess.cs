// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Node.Runtimes;
using Pelago.Node.Serving.Spdy;

namespace Pelago.Node.Serving.Streams;

/// <summary>An exec or attach over SPDY. The process starts when the client has opened all its streams: what it prints first has somewhere to go.</summary>
internal static class SpdyProcess
{
    private static readonly TimeSpan OpenPatience = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(HttpContext http, StreamFlags wanted, Func<CancellationToken, Task<IProcessSession>> start)
    {
        (SpdyConnection connection, string name) = await SpdyUpgrade.AcceptAsync(http, [.. StreamProtocol.OverSpdy.Select(protocol => protocol.Name)]);
        await using SpdyConnection client = connection;
        CancellationToken cancel = http.RequestAborted;
        StreamProtocol protocol = StreamProtocol.OverSpdy.FirstOrDefault(item => item.Name == name) ?? StreamProtocol.OverSpdy[^1];
        var channels = new SpdyChannels(client);
        if (!await WithinAsync(OpenPatience, stop => channels.OpenAsync(wanted, protocol, stop), cancel))
            return;
        await using IProcessSession session = await RefusedSession.OrAsync(start, cancel);
        await new ProcessStreams(channels, session, protocol).RunAsync(cancel);
    }

    /// <summary>False when it took longer.</summary>
    private static async Task<bool> WithinAsync(TimeSpan limit, Func<CancellationToken, Task<bool>> act, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(limit);
        try
        {
            return await act(patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
