// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>
/// The failures of each index of a Job with a backoffLimitPerIndex (pkg/controller/job/indexed_job_utils.go). A pod says in its annotations
/// how often its index failed before it, so the last failed pod of an index is held until its replacement is there, or the index is done.
/// </summary>
internal sealed class IndexRetries
{
    public const string FailureCount = "batch.kubernetes.io/job-index-failure-count";
    public const string IgnoredFailureCount = "batch.kubernetes.io/job-index-ignored-failure-count";
    private readonly V1Job _job;
    private readonly Dictionary<int, PodSummary> _last = [];

    private IndexRetries(V1Job job, int limit, IReadOnlyList<PodSummary> pods, SortedSet<int> succeeded)
    {
        _job = job;
        int completions = job.Spec.Completions ?? 0;
        Failed = CompletionIndexes.Parse(job.Status?.FailedIndexes, completions);
        (int Index, PodSummary Pod)[] failed =
            [.. pods.Where(pod => JobRules.HasFailed(job, pod)).Select(pod => (JobRules.IndexOf(pod) ?? completions, pod))
                .Where(entry => entry.Item1 < completions)];
        foreach ((int index, PodSummary pod) in failed)
        {
            (_, bool counts, bool failsIndex) = PodFailureRules.Match(job.Spec.PodFailurePolicy, pod);
            if (failsIndex || (counts && CountOf(pod, FailureCount) >= limit))
                Failed.Add(index);
        }
        Failed.ExceptWith(succeeded);
        HashSet<int> done = [.. pods.Where(pod => pod.IsActive).Select(JobRules.IndexOf).OfType<int>(), .. succeeded, .. Failed];
        foreach ((int index, PodSummary pod) in failed.Where(entry => !done.Contains(entry.Index)))
        {
            if (!_last.TryGetValue(index, out PodSummary? other) || Failures(other) <= Failures(pod))
                _last[index] = pod;
        }
    }

    /// <summary>Null for Jobs whose indexes share one limit.</summary>
    public static IndexRetries? Of(V1Job job, IReadOnlyList<PodSummary> pods, SortedSet<int>? succeeded) =>
        succeeded is not null && job.Spec.BackoffLimitPerIndex is { } limit ? new IndexRetries(job, limit, pods, succeeded) : null;

    /// <summary>Indexes that get no further pod.</summary>
    public SortedSet<int> Failed { get; }

    /// <summary>Whether the pod has to stay because nothing else knows yet how often its index failed.</summary>
    public bool Holds(PodSummary pod) =>
        JobRules.IndexOf(pod) is { } index && _last.TryGetValue(index, out PodSummary? last) && last.Uid == pod.Uid;

    /// <summary>How long to wait before the index gets its next pod: as a Job does, but from the end of the index's last failed one.</summary>
    public TimeSpan Left(int index, DateTimeOffset now)
    {
        if (!_last.TryGetValue(index, out PodSummary? last))
            return TimeSpan.Zero;
        TimeSpan pause = JobBackoff.PauseAfter(Failures(last) + 1);
        TimeSpan left = (last.FinishedAt ?? last.ReadySince ?? last.Created) + pause - now;
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < pause ? left : pause;
    }

    /// <summary>What the annotations of the next pod of the index say.</summary>
    public (int Failures, int Ignored) CountsFor(int index)
    {
        if (!_last.TryGetValue(index, out PodSummary? last))
            return (0, 0);
        bool counts = PodFailureRules.Match(_job.Spec.PodFailurePolicy, last).Counts;
        return (CountOf(last, FailureCount) + (counts ? 1 : 0), CountOf(last, IgnoredFailureCount) + (counts ? 0 : 1));
    }

    public JobVerdict? Judge(int succeeded)
    {
        if (_job.Spec.MaxFailedIndexes is { } most && Failed.Count > most)
            return new JobVerdict(false, "MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
        return Failed.Count > 0 && Failed.Count + succeeded >= _job.Spec.Completions
            ? new JobVerdict(false, "FailedIndexes", "Job has failed indexes")
            : null;
    }

    private static int Failures(PodSummary pod) => CountOf(pod, FailureCount) + CountOf(pod, IgnoredFailureCount);

    private static int CountOf(PodSummary pod, string annotation) =>
        int.TryParse(pod.Annotations?.GetValueOrDefault(annotation), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? count
            : 0;
}
