// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Pelago.Kube;

namespace Pelago.Client.Cells;

/// <summary>Passes one stream on to the sink of a feed, and notes how far it came and how it ended.</summary>
internal sealed class CellStreamSink(ICellSink sink, CellPosition position, Action begun) : ICellSink
{
    private bool _hasState = position.Revision is not null;

    /// <summary>It told something beside its beginning.</summary>
    public bool HasNews { get; private set; }

    /// <summary>What it ended with, or what was answered instead of it.</summary>
    public ApiStatus? Refusal { get; private set; }

    public void Begin(DateTimeOffset epoch)
    {
        position.HasBegun = true;
        begun();
        sink.Begin(epoch);
    }

    public void Node(ushort node, string name) => sink.Node(node, name);

    public void Cell(uint cell, string name) => sink.Cell(cell, name);

    public void Change(in CellChange change)
    {
        HasNews = true;
        sink.Change(change);
    }

    public void Bookmark(ulong revision, bool endsInitialState)
    {
        HasNews = true;
        _hasState |= endsInitialState;
        // One that is cut off within its initial state has not told everything up to anywhere.
        if (_hasState)
            position.Revision = revision.ToString(CultureInfo.InvariantCulture);
        sink.Bookmark(revision, endsInitialState);
    }

    public void Error(ApiStatus status) => Refusal = status;
}
