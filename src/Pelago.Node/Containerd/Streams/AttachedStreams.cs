// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Grpc.Core;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Logs;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Containerd.Streams;

/// <summary>
/// A client at the streams of a container's own process, over the WebSockets of CRI's streaming server. Input has a connection of its own: closing it
/// is the only way to say that it ended, and output must go on.
/// </summary>
internal sealed class AttachedStreams : IProcessSession
{
    private const string Protocol = "v4.channel.k8s.io";
    private const byte StdoutChannel = 1;
    private const byte StderrChannel = 2;
    private const int BufferSize = 32 * 1024;

    // Nothing tells that containerd has connected the output, a moment after it has answered: a line that input begins then would lose its beginning.
    private static readonly TimeSpan OutputSettles = TimeSpan.FromMilliseconds(100);
    private readonly ContainerdClient _client;
    private readonly string _container;
    private readonly TerminalSize _size;
    private readonly Task<int> _exit;
    private readonly Pipe _stdout = new();
    private readonly Pipe _stderr = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _receiving = Task.CompletedTask;
    private ClientWebSocket? _output;

    private AttachedStreams(ContainerdClient client, string container, Task<int> exit)
    {
        (_client, _container, _size, _exit) = (client, container, new TerminalSize(client, container), exit);
    }

    public Stream? Stdin { get; private set; }
    public Stream? Stdout { get; private set; }
    public Stream? Stderr { get; private set; }

    /// <param name="isWritten">Whether containerd has a log file open.</param>
    public static async Task<AttachedStreams> OpenAsync(
        ContainerdClient client, Runtimes.ContainerStatus container, bool terminal, AttachSpec spec, Func<string, bool> isWritten, Task<int> exit, TimeProvider time,
        CancellationToken cancel)
    {
        bool early = EarlyOutput.IsWanted(container.StartedAt, time.GetUtcNow());
        var session = new AttachedStreams(client, container.Id, exit);
        try
        {
            bool stderr = spec.Stderr && !terminal;
            if (spec.Stdout || stderr)
            {
                // Before containerd is asked: from here on nothing is missed.
                session.Stdout = spec.Stdout ? Output(LogStream.Stdout, session._stdout) : null;
                session.Stderr = stderr ? Output(LogStream.Stderr, session._stderr) : null;

                // Input is asked for here too, and never sent: without, containerd 1.6 takes it as ended and closes the container's.
                session._output = await session.ConnectAsync(
                    new AttachRequest { ContainerId = container.Id, Stdin = true, Stdout = spec.Stdout, Stderr = stderr, Tty = terminal }, cancel);
                session._receiving = session.ReceiveAsync(session._output, session._stop.Token);
            }
            if (spec.Stdin && session._output is not null)
                await Task.Delay(OutputSettles, time, cancel);
            if (spec.Stdin)
                session.Stdin = await session.OpenInputAsync(terminal, cancel);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }

        AttachedOutput Output(LogStream stream, Pipe live) =>
            new(live.Reader, LoggedOutput.Open(container.LogPath, stream, early), isWritten, exit, time);
    }

    public void Resize(int columns, int rows) => _size.Set(columns, rows);

    public Task<int> WaitAsync(CancellationToken cancel) => _exit.WaitAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        foreach (Stream? stream in (Stream?[])[Stdin, Stdout, Stderr])
        {
            if (stream is not null)
                await stream.DisposeAsync();
        }
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _output?.Dispose();
        _stop.Dispose();
    }

    private async Task<ClientWebSocket> ConnectAsync(AttachRequest request, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        try
        {
            AttachResponse answer = await _client.Runtime.AttachAsync(request, cancellationToken: cancel);
            socket.Options.AddSubProtocol(Protocol);
            socket.Options.Proxy = null;
            await socket.ConnectAsync(new UriBuilder(answer.Url) { Scheme = "ws" }.Uri, cancel);
            return socket;
        }
        catch (Exception fault) when (fault is RpcException or WebSocketException)
        {
            socket.Dispose();
            throw new RuntimeException("NotRunning", $"container {_container} could not be attached to: {fault.Message}", fault);
        }
    }

    /// <summary>Input of a container that has ended meanwhile goes nowhere; its output is told to its end.</summary>
    private async Task<Stream?> OpenInputAsync(bool terminal, CancellationToken cancel)
    {
        try
        {
            return new AttachedInput(await ConnectAsync(new AttachRequest { ContainerId = _container, Stdin = true, Tty = terminal }, cancel));
        }
        catch (RuntimeException) when (_output is not null && _exit.IsCompleted)
        {
            return null;
        }
    }

    /// <summary>Messages are a channel's number and bytes.</summary>
    private async Task ReceiveAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        byte[] buffer = new byte[BufferSize];
        try
        {
            bool starts = true;
            byte channel = 0;
            while (true)
            {
                ValueWebSocketReceiveResult part = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
                if (part.MessageType == WebSocketMessageType.Close)
                    return;
                ReadOnlyMemory<byte> data = buffer.AsMemory(0, part.Count);
                if (starts && data.Length > 0)
                {
                    channel = data.Span[0];
                    data = data[1..];
                }
                starts = part.EndOfMessage;
                PipeWriter? writer = channel switch { StdoutChannel when Stdout is not null => _stdout.Writer, StderrChannel when Stderr is not null => _stderr.Writer, _ => null };
                if (writer is not null && !data.IsEmpty)
                    await writer.WriteAsync(data, cancel);
            }
        }
        catch (WebSocketException)
        {
            // The container has ended, or containerd.
        }
        finally
        {
            await _stdout.Writer.CompleteAsync();
            await _stderr.Writer.CompleteAsync();
        }
    }
}
