// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Pelago.Kube;

namespace Pelago.Engine.Watch;

/// <summary>Events of pods as cells (docs/protocols/cells.md). For one watch: it knows which names and looks were told already.</summary>
internal sealed class WatchCells(TimeProvider time) : IWatchEncoding
{
    private readonly CellEncoder _cells = new(time);
    private bool _hasNews;

    public string MediaType => CellProtocol.MediaType;

    public void Begin(IBufferWriter<byte> output) => _cells.Begin(output);

    public int Write(IBufferWriter<byte> output, in WatchedEvent watched)
    {
        if (watched.Type == WatchedType.Bookmark)
            return WriteBookmark(output, watched.Revision, watched.EndsInitialState);
        PodLook look = watched.Source is { } source
            ? EventForms.Of(source).Made(nameof(WatchCells), watched.Object!, static pod => PodLook.Read(pod.Json.Span))
            : PodLook.Read(watched.Object!.Json.Span);
        int written = watched.Type == WatchedType.Deleted ? _cells.Remove(output, look) : _cells.Set(output, look);
        _hasNews |= written > 0;
        return written;
    }

    /// <summary>A batch ends with the revision up to which everything was told, so that whoever is cut off loses one batch at most.</summary>
    public int EndBatch(IBufferWriter<byte> output, long revision) => _hasNews ? WriteBookmark(output, revision, endsInitialState: false) : 0;

    public int WriteBookmark(IBufferWriter<byte> output, long revision, bool endsInitialState)
    {
        _hasNews = false;
        return _cells.WriteBookmark(output, (ulong)revision, endsInitialState);
    }

    public void WriteError(IBufferWriter<byte> output, ApiStatus status) => _cells.WriteError(output, status);
}
