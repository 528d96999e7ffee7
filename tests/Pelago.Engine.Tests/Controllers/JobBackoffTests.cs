// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Time.Testing;
using Pelago.Engine.Controllers;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class JobBackoffTests
{
    private static readonly ObjectKey Key = new("ns", "sum");
    private readonly FakeTimeProvider _time = new();
    private readonly JobBackoff _backoff;

    public JobBackoffTests() => _backoff = new JobBackoff(_time);

    [Fact]
    public void Failure_that_comes_again_because_the_status_was_not_written_counts_once()
    {
        _backoff.Note(Key, ["a"], []);
        _time.Advance(TimeSpan.FromSeconds(4));
        _backoff.Note(Key, ["a"], []);
        _backoff.Note(Key, ["a"], []);

        Assert.Equal(TimeSpan.FromSeconds(6), _backoff.Left(Key));
    }

    [Fact]
    public void Failures_one_after_the_other_double_the_pause()
    {
        _backoff.Note(Key, ["a"], []);
        _backoff.Note(Key, [], []);
        _backoff.Note(Key, ["b"], []);
        TimeSpan second = _backoff.Left(Key);
        _backoff.Note(Key, ["b", "c"], []);

        Assert.Equal((TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(40)), (second, _backoff.Left(Key)));
    }

    [Fact]
    public void Success_ends_the_pause_once_and_not_that_of_later_failures()
    {
        _backoff.Note(Key, ["a"], []);
        _backoff.Note(Key, [], ["s"]);
        TimeSpan afterSuccess = _backoff.Left(Key);
        _backoff.Note(Key, ["b"], ["s"]);
        _backoff.Note(Key, ["b", "c"], ["s"]);

        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(20)), (afterSuccess, _backoff.Left(Key)));
    }

    [Fact]
    public void Job_that_is_gone_leaves_nothing_to_its_successor()
    {
        _backoff.Note(Key, ["a"], []);
        _backoff.Forget(Key);

        Assert.Equal(TimeSpan.Zero, _backoff.Left(Key));
        _backoff.Note(Key, ["a"], []);
        Assert.Equal(TimeSpan.FromSeconds(10), _backoff.Left(Key));
    }
}
