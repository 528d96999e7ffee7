// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams.Feeds;

/// <summary>What a <see cref="ResourceFeed"/> tells: rows of a page, or the hub's own objects. Called by one feed, one call at a time.</summary>
internal interface IFeedSink
{
    void Say(FeedState state, string message);

    /// <summary>A list begins: what is not put until it ends is not there any more.</summary>
    void BeginList();

    /// <param name="item">The document; to be read before the call returns.</param>
    void Put(ReadOnlyMemory<byte> item);

    void Remove(ReadOnlyMemory<byte> item);

    void EndList();
}
