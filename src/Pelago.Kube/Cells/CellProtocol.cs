// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>The names and bounds of the stream of cells (docs/protocols/cells.md).</summary>
public static class CellProtocol
{
    /// <summary>What to ask for in Accept of a watch of pods.</summary>
    public const string MediaType = "application/vnd.pelago.cells";

    /// <summary>What this build writes, and the only one that it reads.</summary>
    public const int Version = 1;

    /// <summary>The longest payload of a frame.</summary>
    public const int MaxFrameBytes = 1 << 20;

    /// <summary>Cells have numbers below this one.</summary>
    public const int MaxCells = 1 << 24;

    /// <summary>All nodes of a stream beyond this one share the last number.</summary>
    public const int MaxNodes = ushort.MaxValue;

    /// <summary>The name of the nodes that share the last number.</summary>
    public const string OtherNodes = "(others)";

    internal const int HeadSize = 4;
    internal const int HelloSize = 16;
    internal const int BookmarkSize = 9;

    /// <summary>The longest namespace, a slash and the longest name.</summary>
    internal const int MaxNameBytes = NameRules.LabelMaxLength + 1 + NameRules.SubdomainMaxLength;

    internal static ReadOnlySpan<byte> Magic => "PCEL"u8;

    /// <summary>The head of a frame: its type, and the length of what follows in 24 bits, little-endian.</summary>
    internal static void WriteHead(Span<byte> target, CellFrame type, int length)
    {
        target[0] = (byte)type;
        target[1] = (byte)length;
        target[2] = (byte)(length >> 8);
        target[3] = (byte)(length >> 16);
    }

    internal static int ReadLength(ReadOnlySpan<byte> head) => head[1] | head[2] << 8 | head[3] << 16;
}

/// <summary>The types of frames. A reader passes over those that it does not know.</summary>
internal enum CellFrame : byte
{
    Hello = 1,
    Changes = 2,
    Node = 3,
    Cell = 4,
    Bookmark = 5,
    Error = 6,
}
