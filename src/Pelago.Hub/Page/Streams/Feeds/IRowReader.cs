// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams.Feeds;

/// <summary>Who is told of the rows of a <see cref="RowSource"/>; one call at a time from each source, under its lock. Cells belong to the source: nobody writes to them.</summary>
internal interface IRowReader
{
    /// <summary>All rows of this cluster follow; those from before are forgotten.</summary>
    void Begin(string cluster);

    /// <param name="before">The cells that the row had until now; null: it is new to this reader.</param>
    void Put(string key, string cluster, byte[][] cells, byte[][]? before);

    void Remove(string key, string cluster, byte[][] cells);

    void Say(string cluster, FeedState state, string message);
}
