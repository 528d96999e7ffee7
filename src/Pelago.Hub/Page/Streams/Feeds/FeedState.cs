// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams.Feeds;

/// <summary>How a watch stands at a cluster; the words of docs/protocols/page.md in lower case.</summary>
internal enum FeedState
{
    Connecting,
    Loading,
    Live,
    Stale,
    Unreachable,
    Forbidden,
    Absent,
}
