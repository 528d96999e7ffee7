// SPDX-License-Identifier: Apache-2.0

using Pelago.Hub.Page.Streams.Feeds;
using Xunit;

namespace Pelago.Hub.Tests.Page.Streams;

public class NamespaceStandingTests
{
    private readonly List<(FeedState State, string Message)> _said = [];

    [Fact]
    public void Several_namespaces_stand_as_the_worst_of_them_does()
    {
        var standing = new NamespaceStanding((state, message) => _said.Add((state, message)));

        standing.Say("red", FeedState.Live, "");
        standing.Say("blue", FeedState.Stale, "it does not answer");
        standing.Say("blue", FeedState.Live, "");

        Assert.Equal([(FeedState.Live, "you see namespace red"), (FeedState.Stale, "it does not answer"), (FeedState.Live, "you see namespaces blue, red")], _said);
    }

    [Fact]
    public void One_that_is_seen_no_more_does_not_count()
    {
        var standing = new NamespaceStanding((state, message) => _said.Add((state, message)));
        standing.Say("red", FeedState.Live, "");
        standing.Say("blue", FeedState.Forbidden, "no");
        _said.Clear();

        standing.Forget("blue");
        standing.Forget("red");

        Assert.Equal([(FeedState.Live, "you see namespace red")], _said);
    }
}
