// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Node.Runtimes;
using Pelago.Node.Serving.Spdy;

namespace Pelago.Node.Serving.Streams;

/// <summary>An exec or attach over SPDY. The process starts when the client has opened all its streams: what it prints first has somewhere to go.</summary>
internal static class SpdyProcess
{
    private static readonly TimeSpan OpenPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(HttpContext http, StreamFlags wanted, Func<CancellationToken, Task<IProcessSession>> start)
    {
        (SpdyConnection connection, string name) = await SpdyUpgrade.AcceptAsync(http, [.. StreamProtocol.OverSpdy.Select(protocol => protocol.Name)]);
        await using SpdyConnection client = connection;
        CancellationToken cancel = http.RequestAborted;
        StreamProtocol protocol = StreamProtocol.OverSpdy.FirstOrDefault(item => item.Name == name) ?? StreamProtocol.OverSpdy[^1];
        var channels = new SpdyChannels(client);
        if (!await WithinAsync(OpenPatience, stop => channels.OpenAsync(wanted, protocol, stop), cancel))
            return;
        try
        {
            await using IProcessSession session = await start(cancel);
            await new ProcessStreams(channels, session, protocol).RunAsync(cancel);
        }
        catch (RuntimeException refused)
        {
            await channels.SendAsync(ProcessStreams.Error, StreamOutcome.Of(NodeAnswers.StatusOf(refused), protocol), cancel);
            await channels.CloseAsync(cancel);
            // The client closes when it has read why; a connection that is closed under it may lose that.
            await WithinAsync(ClosePatience, stop => DrainAsync(channels, stop), cancel);
        }
    }

    private static async Task<bool> DrainAsync(SpdyChannels channels, CancellationToken cancel)
    {
        while (await channels.ReceiveAsync(cancel) is not null)
        {
            // It says nothing that matters any more.
        }
        return true;
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
