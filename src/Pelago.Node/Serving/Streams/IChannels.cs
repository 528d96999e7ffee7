// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Serving.Streams;

/// <summary>A piece of what a client sent on one channel. <see cref="Starts"/>: it is the first of its message.</summary>
internal readonly record struct ChannelData(byte Channel, ReadOnlyMemory<byte> Data, bool Starts);

/// <summary>Numbered channels to one client, whatever carries them. Many may send at a time; one receives.</summary>
internal interface IChannels
{
    const int MaxPiece = 32 * 1024;

    /// <summary>The next piece, valid until the next call; null when the client has closed or left.</summary>
    Task<ChannelData?> ReceiveAsync(CancellationToken cancel);

    Task SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancel);

    /// <summary>Says that all has been said.</summary>
    Task CloseAsync(CancellationToken cancel);
}
