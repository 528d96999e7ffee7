// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Logs;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>A client at the streams of a container's own process.</summary>
internal sealed class AttachSession : IProcessSession
{
    private readonly ProcessContainer _container;
    private readonly ContainerStreams _streams;
    private readonly StdinStream? _stdin;

    private AttachSession(ProcessContainer container, ContainerStreams streams, StdinStream? stdin) => (_container, _streams, _stdin) = (container, streams, stdin);

    public Stream? Stdin => _stdin;
    public Stream? Stdout { get; private init; }
    public Stream? Stderr { get; private init; }

    public static async Task<AttachSession> OpenAsync(ProcessContainer container, ContainerStreams streams, AttachSpec spec)
    {
        DateTimeOffset? started = container.Status.StartedAt;
        Stream? stdout = spec.Stdout ? await streams.ListenAsync(LogStream.Stdout, started) : null;
        Stream? stderr = spec.Stderr && !container.Record.Spec.Terminal ? await streams.ListenAsync(LogStream.Stderr, started) : null;
        StdinStream? input = spec.Stdin && streams.OpenStdin() is { } stdin
            ? new StdinStream(stdin, container.Record.Spec.StdinOnce ? () => SupervisorChannel.Say(container.Files.StdinControl) : null)
            : null;
        return new AttachSession(container, streams, input) { Stdout = stdout, Stderr = stderr };
    }

    public void Resize(int columns, int rows) => _streams.Resize(columns, rows);

    public async Task<int> WaitAsync(CancellationToken cancel)
    {
        await _container.Exited.WaitAsync(cancel);
        return _container.Status.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stdin is not null)
            await _stdin.DisposeAsync();
        if (Stdout is not null)
            await Stdout.DisposeAsync();
        if (Stderr is not null)
            await Stderr.DisposeAsync();
    }

    /// <summary>Tells the keeper of stdin to let go when the client ends its input.</summary>
    private sealed class StdinStream(Stream inner, Action? onEnd) : Stream
    {
        public override bool CanRead => false;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            inner.WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("only asynchronous writes");
        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            onEnd?.Invoke();
            base.Dispose(disposing);
        }
    }
}
