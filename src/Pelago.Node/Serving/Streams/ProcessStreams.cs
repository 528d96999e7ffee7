// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Serving.Streams;

/// <summary>Carries the streams of one exec or attach over channels, and its outcome at the end.</summary>
internal sealed class ProcessStreams(IChannels channels, IProcessSession session, StreamProtocol protocol)
{
    public const byte Stdin = 0;
    public const byte Stdout = 1;
    public const byte Stderr = 2;
    public const byte Error = 3;
    public const byte Resize = 4;
    public const byte Close = 255;
    private const int MaxResizeBytes = 256;
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(10);
    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// How long output waits for the first word of the client: kubectl 1.30 to 1.33 throws away what comes before it has made its own side of the
    /// streams ("Unknown stream id"), and output that was there before the connection comes at once.
    /// </summary>
    public TimeSpan ClientSettles { get; init; }

    /// <summary>Returns when the process has ended and everything is sent, or when the client has left.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task receiving = ReceiveAsync(ended.Token);
        Task finishing = FinishAsync(ended.Token);
        await Task.WhenAny(receiving, finishing);
        // Cancelling a receive breaks the connection, and what was sent last with it: the client says when it has read everything.
        if (finishing.IsCompletedSuccessfully)
            await receiving.WaitAsync(ClosePatience, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ended.CancelAsync();
        await Task.WhenAll(receiving, finishing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task FinishAsync(CancellationToken cancel)
    {
        if (ClientSettles > TimeSpan.Zero)
            await _heard.Task.WaitAsync(ClientSettles, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task output = session.Stdout is { } stdout ? channels.SendAllAsync(Stdout, stdout, cancel) : Task.CompletedTask;
        Task errors = session.Stderr is { } stderr ? channels.SendAllAsync(Stderr, stderr, cancel) : Task.CompletedTask;
        Task both = Task.WhenAll(output, errors);
        Task<int> exit = session.WaitAsync(cancel);
        // Output that cannot be sent to its end is the end, while the process goes on.
        if (await Task.WhenAny(both, exit) == both)
            await both;
        byte[] outcome;
        try
        {
            outcome = StreamOutcome.Of(await exit, protocol);
        }
        catch (RuntimeException refused)
        {
            outcome = StreamOutcome.Of(NodeAnswers.StatusOf(refused), protocol);
        }
        await both;
        if (outcome.Length > 0)
            await channels.SendAsync(Error, outcome, cancel);
        await channels.CloseAsync(cancel);
    }

    private async Task ReceiveAsync(CancellationToken cancel)
    {
        var resize = new MemoryStream();
        while (await channels.ReceiveAsync(cancel) is { } piece)
        {
            _heard.TrySetResult();
            switch (piece.Channel)
            {
                case Stdin when session.Stdin is not null:
                    await WriteAsync(piece.Data, cancel);
                    break;
                case Resize:
                    Collect(resize, piece);
                    break;
                case Close when protocol.CanClose && piece.Data.Length == 1 && piece.Data.Span[0] == Stdin && session.Stdin is not null:
                    _ = EndInputAsync(session.Stdin);
                    break;
            }
        }
    }

    /// <summary>Not waited for: a process that reads nothing holds it up, and whether the client has left is heard meanwhile.</summary>
    private static async Task EndInputAsync(Stream stdin)
    {
        try
        {
            await stdin.DisposeAsync();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or RuntimeException)
        {
            // The process has ended.
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        try
        {
            await session.Stdin!.WriteAsync(data, cancel);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // The process reads no more: what is sent to it is lost, as in a shell's pipe.
        }
    }

    /// <summary>{"Width":80,"Height":24}, in one message or in pieces; anything else is passed over.</summary>
    private void Collect(MemoryStream message, ChannelData piece)
    {
        if (piece.Starts)
            message.SetLength(0);
        if (message.Length + piece.Data.Length > MaxResizeBytes)
            return;
        message.Write(piece.Data.Span);
        try
        {
            JsonObject size = KubeJson.ParseObject(message.ToArray());
            if (size.Integer("Width") is { } width and > 0 and <= ushort.MaxValue && size.Integer("Height") is { } height and > 0 and <= ushort.MaxValue)
                session.Resize((int)width, (int)height);
        }
        catch (Exception fault) when (fault is System.Text.Json.JsonException or FormatException or InvalidOperationException)
        {
            // Not whole yet.
        }
    }
}
