// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Serving.Spdy;

/// <summary>Sorts of frames, by their numbers in SPDY/3.1; data frames have none there.</summary>
internal enum FrameType
{
    Data = 0,
    SynStream = 1,
    SynReply = 2,
    RstStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    Headers = 8,
    WindowUpdate = 9,
}

/// <summary>Why a stream ends with RST_STREAM.</summary>
internal enum RstStatus
{
    ProtocolError = 1,
    InvalidStream = 2,
    RefusedStream = 3,
    Cancel = 5,
}

/// <summary>Why a connection ends with GOAWAY.</summary>
internal enum GoAwayStatus
{
    Ok = 0,
    ProtocolError = 1,
}

/// <summary>
/// A control frame, whole, or a piece of a data frame: long ones are not kept together. <see cref="StreamId"/> is zero for control frames, which say it in
/// their payload. <see cref="Starts"/>: the first piece of its frame. <see cref="Ends"/>: the sender will send no more; that piece is empty.
/// </summary>
internal readonly record struct Frame(FrameType Type, int StreamId, ReadOnlyMemory<byte> Payload, bool Starts, bool Ends);

/// <summary>What is the same on both sides.</summary>
internal static class FrameLayout
{
    public const int HeaderBytes = 8;
    public const byte FlagFin = 1;
    public const ushort Version = 3;

    /// <summary>As upstream's client: nobody waits long for a turn on the connection.</summary>
    public const int MaxDataBytes = 32 * 1024;

    /// <summary>Of control frames. kubectl's hold three short headers.</summary>
    public const int MaxControlBytes = 16 * 1024;
}
