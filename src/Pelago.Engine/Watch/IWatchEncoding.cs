// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Pelago.Kube;

namespace Pelago.Engine.Watch;

/// <summary>How one watch is written: JSON lines, or cells. What writes returns by how many bytes the stream gets longer.</summary>
internal interface IWatchEncoding
{
    string MediaType { get; }

    void Begin(IBufferWriter<byte> output);

    int Write(IBufferWriter<byte> output, in WatchedEvent watched);

    /// <summary>Nothing more is there for now: whatever was held back is written, with <paramref name="revision"/> where that is the custom.</summary>
    int EndBatch(IBufferWriter<byte> output, long revision);

    int WriteBookmark(IBufferWriter<byte> output, long revision, bool endsInitialState);

    void WriteError(IBufferWriter<byte> output, ApiStatus status);
}
