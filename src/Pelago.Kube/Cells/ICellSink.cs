// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Takes what a <see cref="CellReader"/> reads, in the order of the stream.</summary>
public interface ICellSink
{
    /// <summary>The stream begins; <see cref="CellChange.Milliseconds"/> count from <paramref name="epoch"/>.</summary>
    void Begin(DateTimeOffset epoch);

    /// <summary>A node gets its number. Numbers go up from 1, and are kept to the end of the stream.</summary>
    void Node(ushort node, string name);

    /// <summary>A pod gets a number: the next new one, or one that is free since its pod is <see cref="CellState.Gone"/>.</summary>
    /// <param name="name"><c>namespace/name</c></param>
    void Cell(uint cell, string name);

    void Change(in CellChange change);

    /// <summary>Everything up to this revision was told: a watch that goes on from it misses nothing.</summary>
    void Bookmark(ulong revision, bool endsInitialState);

    /// <summary>The watch ends with this, and nothing comes after it.</summary>
    void Error(ApiStatus status);
}
