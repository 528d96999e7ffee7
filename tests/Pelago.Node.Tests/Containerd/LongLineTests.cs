// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Logs;
using Pelago.Node.Runtimes;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>Lines of a log that are longer than anybody should hold in memory.</summary>
public sealed class LongLineTests : ContainerdScene
{
    private const int Length = 100_000_000;
    private const long MostMemory = 4 << 20;

    internal override LogRotation Rotation => new(MaxBytes: 1L << 30);

    [Fact]
    [Trait("Lane", "Slow")]
    public async Task A_line_of_100_MB_comes_back_exactly_in_little_memory()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", $"echo first; head -c {Length} /dev/zero | tr '\\0' x; echo; echo last");
        await ExitedAsync(await RunAsync(sandbox, spec));

        foreach ((LogQuery query, int before, long length) in new[]
        {
            (new LogQuery(), 6, Length + 12L), (new LogQuery { TailLines = 2 }, 0, Length + 6L), (new LogQuery { TailLines = 1 }, 0, 5L),
            (new LogQuery { TailLines = 2, LimitBytes = 1000 }, 0, 1000L),
        })
        {
            var output = new CheckedStream(before);
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            await new LogReader(spec.LogPath, query, new LogSignals(TimeProvider.System)).WriteToAsync(output, Task.CompletedTask, Cancel);

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, MostMemory);
            Assert.Equal(length, output.Count);
            Assert.Equal(Math.Clamp(length - before, 0, query.TailLines == 1 ? 0 : Length), output.Crosses);
        }
    }

    /// <summary>Counts what it gets, and of that the letters of the line.</summary>
    private sealed class CheckedStream(int before) : Stream
    {
        public long Count { get; private set; }

        public long Crosses { get; private set; }

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => Count;
        public override long Position { get => Count; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Count += buffer.Length;
            for (int at; (at = buffer.IndexOf((byte)'x')) >= 0;)
            {
                Assert.True(Count - buffer.Length + at >= before);
                int run = buffer[at..].IndexOfAnyExcept((byte)'x') is var end and >= 0 ? end : buffer.Length - at;
                Crosses += run;
                buffer = buffer[(at + run)..];
            }
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
