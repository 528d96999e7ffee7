// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.History.Tests;

/// <summary>One store with runs in more than a block of names.</summary>
public sealed class ManyRuns : IAsyncLifetime
{
    public const int Count = 9_500;
    private readonly TemporaryDirectory _folder = new();

    public HistoryStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Store = HistoryStore.Open(new HistoryOptions { Directory = _folder["history"], Durable = false });
        CancellationToken cancel = TestContext.Current.CancellationToken;
        foreach (int[] some in Enumerable.Range(0, Count).Chunk(500))
            await Task.WhenAll(some.Select(number => Store.RecordAsync(Of(number), cancel)));
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _folder.Dispose();
    }

    private static FinishedRun Of(int number) => TestRuns.Run(number) with { Namespace = number % 2 == 0 ? "even" : "odd", Owner = number % 1_000 == 5 ? "Job/rare-job" : $"Deployment/web-{number % 3}" };
}

public sealed class QueryTests(ManyRuns runs) : IClassFixture<ManyRuns>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_newest_come_first()
    {
        Assert.Equal(["pod-9499", "pod-9498", "pod-9497"], Pods(new RunQuery { Limit = 3 }));
    }

    [Fact]
    public void Pages_go_on_where_the_last_one_ended_and_have_each_run_once()
    {
        var seen = new List<string>();
        var query = new RunQuery { Limit = 700, Namespace = "odd" };
        do
        {
            RunPage page = runs.Store.Query(query, Cancel);
            seen.AddRange(page.Items.Select(run => run.Pod));
            query = query with { Continue = page.Continue };
        }
        while (query.Continue.Length > 0);

        Assert.Equal(Enumerable.Range(0, ManyRuns.Count).Where(number => number % 2 == 1).Select(number => $"pod-{number}").Reverse(), seen);
    }

    [Fact]
    public void Another_ones_place_is_refused() => Assert.Throws<ArgumentException>(() => runs.Store.Query(new RunQuery { Continue = "x" }, Cancel));

    [Theory]
    [InlineData("Job/rare-job")]
    [InlineData("rare-job")]
    [InlineData("Job/rare*")]
    [InlineData("rare*")]
    public void An_owner_is_found_with_and_without_its_kind_and_by_its_beginning(string owner)
    {
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"pod-{(1_000 * i) + 5}").Reverse(), Pods(new RunQuery { Owner = owner }));
    }

    [Fact]
    public void Nobody_owns_what_is_a_name_of_something_else()
    {
        Assert.Empty(Pods(new RunQuery { Owner = "Job/nobody" }));
        Assert.Empty(Pods(new RunQuery { Owner = "node-1" }));
    }

    [Fact]
    public void Outcomes_are_told_apart()
    {
        Assert.Equal(["pod-9499", "pod-9492", "pod-9485"], Pods(new RunQuery { Failed = true, Limit = 3 }));
        Assert.Equal(["pod-9499", "pod-9485"], Pods(new RunQuery { Failed = true, Limit = 2, Namespace = "odd" }));
        Assert.Equal(["pod-9498", "pod-9497"], Pods(new RunQuery { Failed = false, Limit = 2 }));
        Assert.Equal(["pod-9499"], Pods(new RunQuery { ExitCode = 1, Limit = 1 }));
        Assert.Equal(["pod-9499"], Pods(new RunQuery { Reason = "Error", Limit = 1 }));
    }

    [Theory]
    [InlineData("pod-42.", "pod-42")]
    [InlineData("od-9499", "pod-9499")]
    [InlineData("even/pod-4242.main", "pod-4242")]
    [InlineData("odd/pod-4095.", "pod-4095")]
    [InlineData("even/pod-4096.", "pod-4096")]
    [InlineData("even/pod-8192.", "pod-8192")]
    [InlineData("even/pod-0.", "pod-0")]
    public void A_part_of_a_name_finds_runs_in_blocks_and_after_the_last_one(string part, string pod) => Assert.Equal([pod], Pods(new RunQuery { Contains = part }));

    [Fact]
    public void A_part_of_a_name_goes_with_everything_else()
    {
        Assert.Equal(Expected(number => number % 2 == 0), Pods(new RunQuery { Contains = "pod-77", Namespace = "even", Limit = 5_000 }));
        Assert.Equal(Expected(number => number % 7 == 0), Pods(new RunQuery { Contains = "pod-77", Failed = true, Limit = 5_000 }));
        Assert.Equal(Expected(number => number % 7 == 0), Pods(new RunQuery { Contains = "pod-77", ExitCode = 1, Limit = 5_000 }));
        Assert.Empty(Pods(new RunQuery { Contains = "no such thing" }));

        static IEnumerable<string> Expected(Func<int, bool> also) =>
            Enumerable.Range(0, ManyRuns.Count).Where(number => $"pod-{number}".Contains("pod-77", StringComparison.Ordinal) && also(number)).Select(number => $"pod-{number}").Reverse();
    }

    [Fact]
    public void A_pod_is_found_by_its_whole_name()
    {
        Assert.Equal(["pod-94"], Pods(new RunQuery { Pod = "pod-94" }));
        Assert.Equal(["pod-94"], Pods(new RunQuery { Pod = "pod-94", Namespace = "even" }));
        Assert.Empty(Pods(new RunQuery { Pod = "pod-94", Namespace = "odd" }));
    }

    [Fact]
    public void Times_bound_what_is_found()
    {
        RunRecord some = runs.Store.Query(new RunQuery { Pod = "pod-5000" }, Cancel).Items[0];

        Assert.Contains("pod-5000", Pods(new RunQuery { Since = some.Finished, Limit = 10_000 }));
        Assert.DoesNotContain("pod-5000", Pods(new RunQuery { Until = some.Finished, Limit = 10_000 }));
        Assert.Empty(Pods(new RunQuery { Since = DateTimeOffset.UtcNow.AddDays(1) }));
    }

    private string[] Pods(RunQuery query) => [.. runs.Store.Query(query, Cancel).Items.Select(run => run.Pod)];
}
