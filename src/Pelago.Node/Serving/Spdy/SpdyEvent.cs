// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Serving.Spdy;

internal enum SpdyEventKind
{
    /// <summary>The client wants a stream; whoever serves it answers with <see cref="SpdyConnection.TakeAsync"/> or <see cref="SpdyConnection.RefuseAsync"/>.</summary>
    Opened,

    /// <summary>Bytes; <see cref="SpdyEvent.Starts"/> says that they are the first of their frame.</summary>
    Data,

    /// <summary>The client will send no more on the stream, but reads on.</summary>
    Ended,

    /// <summary>The client has given the stream up.</summary>
    Reset,
}

/// <summary>What a client did on a stream.</summary>
internal readonly record struct SpdyEvent(
    SpdyEventKind Kind, int StreamId, ReadOnlyMemory<byte> Data = default, bool Starts = false, IReadOnlyDictionary<string, string>? Headers = null);
