// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Engine.Controllers;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class IndexRetriesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Index_waits_by_its_own_failures_and_its_next_pod_counts_them()
    {
        PodSummary first = Pod(3, 0, "Failed");
        PodSummary second = Pod(3, 1, "Failed");
        IndexRetries retries = IndexRetries.Of(Job(limit: 4), [first, second, Pod(2, 0, "Running")], [])!;

        Assert.Equal((2, 0), retries.CountsFor(3));
        Assert.Equal(TimeSpan.FromSeconds(20), retries.Left(3, Now));
        Assert.Equal(TimeSpan.FromSeconds(5), retries.Left(3, Now.AddSeconds(15)));
        Assert.Equal(TimeSpan.Zero, retries.Left(2, Now));
        Assert.Equal((false, true), (retries.Holds(first), retries.Holds(second)));
        Assert.Empty(retries.Failed);
    }

    [Fact]
    public void Index_beyond_its_limit_is_failed_and_holds_no_pod()
    {
        PodSummary last = Pod(3, 1, "Failed");
        IndexRetries retries = IndexRetries.Of(Job(limit: 1), [last], [])!;

        Assert.Equal(3, Assert.Single(retries.Failed));
        Assert.False(retries.Holds(last));
    }

    [Fact]
    public void Replacement_takes_over_the_count()
    {
        PodSummary failed = Pod(3, 0, "Failed");

        Assert.False(IndexRetries.Of(Job(limit: 4), [failed, Pod(3, 1, "Pending")], [])!.Holds(failed));
    }

    [Theory]
    [InlineData("1-2", null, false)]
    [InlineData("0,2", null, true)]
    [InlineData("0-4", 2, true)]
    [InlineData("1,3,4", 1, false)]
    [InlineData(null, 2, true)]
    [InlineData(null, 3, false)]
    public void Success_policy_asks_for_indexes_a_number_or_a_number_of_indexes(string? indexes, int? count, bool isMet)
    {
        V1Job job = Job(limit: null);
        job.Spec.SuccessPolicy = new V1SuccessPolicy { Rules = [new V1SuccessPolicyRule { SucceededIndexes = indexes, SucceededCount = count }] };

        Assert.Equal(isMet, SuccessRules.Match(job, [0, 2]) is not null);
    }

    private static V1Job Job(int? limit) => new()
    {
        Metadata = new V1ObjectMeta(),
        Spec = new V1JobSpec { Template = new V1PodTemplateSpec(), Completions = 5, CompletionMode = "Indexed", BackoffLimitPerIndex = limit },
    };

    private static PodSummary Pod(int index, int failures, string phase) => new()
    {
        Key = new ObjectKey("ns", $"sum-{index}-{failures}"), Uid = $"{index}-{failures}", ResourceVersion = "1", Labels = new Dictionary<string, string>(),
        Phase = phase, FinishedAt = Now,
        Annotations = new Dictionary<string, string> { [JobRules.IndexAnnotation] = $"{index}", [IndexRetries.FailureCount] = $"{failures}" },
    };
}
