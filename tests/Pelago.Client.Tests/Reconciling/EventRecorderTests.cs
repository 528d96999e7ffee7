// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Time.Testing;
using Pelago.Client.Reconciling;
using Xunit;

namespace Pelago.Client.Tests.Reconciling;

public class EventRecorderTests
{
    private static readonly ObjectReference Pod = new("v1", "Pod", "default", "web", "uid-1");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Same_words_again_only_raise_the_count()
    {
        var correlator = new EventCorrelator(_time);

        EventSeries? first = correlator.Correlate(Draft("failed"));
        EventSeries? second = correlator.Correlate(Draft("failed"));

        Assert.NotNull(first);
        Assert.Same(first, second);
        Assert.Equal(2, second!.Count);
    }

    [Fact]
    public void Ever_new_words_are_combined_from_the_tenth_on()
    {
        var correlator = new EventCorrelator(_time);

        EventSeries? last = null;
        for (int i = 0; i < 12; i++)
            last = correlator.Correlate(Draft($"failed on {i}"));

        Assert.Equal("(combined from similar events): failed on 11", last!.Message);
        Assert.Equal(3, last.Count);
    }

    [Fact]
    public void Object_that_floods_is_cut_short_and_recovers_slowly()
    {
        var correlator = new EventCorrelator(_time);

        int passed = Enumerable.Range(0, 40).Count(_ => correlator.Correlate(Draft("again")) is not null);
        bool tooSoon = correlator.Correlate(Draft("again")) is not null;
        _time.Advance(TimeSpan.FromMinutes(5));
        bool later = correlator.Correlate(Draft("again")) is not null;

        Assert.Equal(25, passed);
        Assert.False(tooSoon);
        Assert.True(later);
    }

    private EventDraft Draft(string message) => new(Pod, "Warning", "Failed", message, _time.GetUtcNow());
}
