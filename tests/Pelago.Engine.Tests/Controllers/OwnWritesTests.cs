// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Engine.Controllers;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class OwnWritesTests
{
    private static readonly ObjectKey Key = new("ns", "name");
    private readonly OwnWrites _writes = new();

    [Theory]
    [InlineData("9", false)]
    [InlineData("10", true)]
    [InlineData("11", true)]
    [InlineData("not-a-number", true)]
    public void A_cached_object_is_judged_by_its_version(string cached, bool isSeen)
    {
        _writes.Note(Key, Metadata("a", "10"));

        Assert.Equal(isSeen, _writes.AreSeen(Key, Metadata("a", cached)));
    }

    [Fact]
    public void Another_object_of_the_same_name_is_not_waited_for()
    {
        _writes.Note(Key, Metadata("a", "10"));

        Assert.True(_writes.AreSeen(Key, Metadata("b", "5")));
    }

    [Fact]
    public void What_was_never_written_or_is_forgotten_is_seen()
    {
        Assert.True(_writes.AreSeen(Key, Metadata("a", "1")));
        _writes.Note(Key, Metadata("a", "10"));
        _writes.Forget(Key);
        Assert.True(_writes.AreSeen(Key, Metadata("a", "1")));
    }

    private static V1ObjectMeta Metadata(string uid, string version) => new() { Uid = uid, ResourceVersion = version };
}
