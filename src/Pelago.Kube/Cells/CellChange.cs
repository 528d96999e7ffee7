// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;

namespace Pelago.Kube;

/// <summary>
/// One change of one cell: 12 bytes, little-endian: <c>u32 cell, u16 node, u8 state, u8 flags, u32 milliseconds</c>.
/// </summary>
/// <param name="Cell">The number that the stream gave to a pod.</param>
/// <param name="Node">The number that the stream gave to its node; 0: none.</param>
/// <param name="Milliseconds">Since the stream began.</param>
public readonly record struct CellChange(uint Cell, ushort Node, CellState State, CellFlags Flags, uint Milliseconds)
{
    /// <summary>How many bytes a change takes.</summary>
    public const int Size = 12;

    /// <summary>Writes the first <see cref="Size"/> bytes of <paramref name="target"/>.</summary>
    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, Cell);
        BinaryPrimitives.WriteUInt16LittleEndian(target[4..], Node);
        target[6] = (byte)State;
        target[7] = (byte)Flags;
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Milliseconds);
    }

    /// <summary>Reads the first <see cref="Size"/> bytes of <paramref name="source"/>.</summary>
    public static CellChange Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(source), BinaryPrimitives.ReadUInt16LittleEndian(source[4..]), (CellState)source[6],
        (CellFlags)source[7], BinaryPrimitives.ReadUInt32LittleEndian(source[8..]));
}
