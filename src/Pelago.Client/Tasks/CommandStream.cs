// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Client.Tasks;

/// <summary>The output of a command in a container; disposing it ends the command.</summary>
internal sealed class CommandStream(ContainerCommand command) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => command.Output.ReadAsync(buffer, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => command.Output.Read(buffer, offset, count);

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await command.DisposeAsync();
        await base.DisposeAsync();
    }
}
