// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;

namespace Pelago.Node.Serving.Streams;

internal static class ChannelOutput
{
    /// <summary>Sends what a process prints until it ends.</summary>
    public static async Task SendAllAsync(this IChannels channels, byte channel, Stream source, CancellationToken cancel)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(IChannels.MaxPiece);
        try
        {
            int read;
            while ((read = await source.ReadAsync(buffer.AsMemory(0, IChannels.MaxPiece), cancel)) > 0)
                await channels.SendAsync(channel, buffer.AsMemory(0, read), cancel);
        }
        catch (IOException)
        {
            // The other end of a terminal is gone: that is its end.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
