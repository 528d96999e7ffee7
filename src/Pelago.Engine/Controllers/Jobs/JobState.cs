// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>A Job and its pods as one reconciliation sees them. Counts include finished pods that the status does not count yet.</summary>
internal sealed class JobState
{
    private readonly IReadOnlySet<string> _released;
    private readonly HashSet<string> _uncounted;

    /// <param name="job">As it is in the cache.</param>
    /// <param name="pods">Its own, as they are in the cache.</param>
    /// <param name="released">Of those whose finalizer the cache still shows, the uids of the ones that have it no longer.</param>
    public JobState(V1Job job, IReadOnlyList<PodSummary> pods, IReadOnlySet<string> released)
    {
        Job = job;
        _released = released;
        Pods = pods;
        V1JobStatus? status = job.Status;
        _uncounted = [.. status?.UncountedTerminatedPods?.Succeeded ?? [], .. status?.UncountedTerminatedPods?.Failed ?? []];
        Active = [.. pods.Where(pod => pod.IsActive)];
        Terminating = pods.Count(pod => pod.IsDeleting && !pod.IsFinished);
        Indexes = JobRules.IsIndexed(job) ? FinishedIndexes(job, pods) : null;
        Retries = IndexRetries.Of(job, pods, Indexes);
        NewlySucceeded = [.. pods.Where(pod => pod.Phase == "Succeeded" && IsNew(pod))];
        NewlyFailed = [.. pods.Where(pod => JobRules.HasFailed(job, pod) && IsNew(pod))];
        CountedFailures = [.. NewlyFailed.Where(pod => PodFailureRules.Match(job.Spec.PodFailurePolicy, pod).Counts)];
        Succeeded = Indexes?.Count ?? (status?.Succeeded ?? 0) + (status?.UncountedTerminatedPods?.Succeeded?.Count ?? 0) + NewlySucceeded.Count;
        Failed = (status?.Failed ?? 0) + (status?.UncountedTerminatedPods?.Failed?.Count ?? 0) + CountedFailures.Count;
    }

    public V1Job Job { get; }
    public IReadOnlyList<PodSummary> Pods { get; }
    public List<PodSummary> Active { get; }
    public int Terminating { get; }
    public List<PodSummary> NewlySucceeded { get; }
    public List<PodSummary> NewlyFailed { get; }

    /// <summary>Of those, the ones that no rule says to ignore.</summary>
    public List<PodSummary> CountedFailures { get; }
    public int Succeeded { get; }
    public int Failed { get; }

    /// <summary>The finished indexes of an Indexed Job; null for others.</summary>
    public SortedSet<int>? Indexes { get; }

    /// <summary>The failures of its indexes, where each has a limit of its own.</summary>
    public IndexRetries? Retries { get; }

    /// <summary>Whether the finalizer is on the pod that keeps it until it is counted.</summary>
    public bool IsTracked(PodSummary pod) => pod.Finalizers.Contains(JobRules.TrackingFinalizer) && !_released.Contains(pod.Uid);

    /// <summary>Whether, and how, the Job is to end now.</summary>
    public JobVerdict? Judge(DateTimeOffset now)
    {
        if (JobRules.Condition(Job.Status, "FailureTarget") is { } failing)
            return new JobVerdict(false, failing.Reason ?? "", failing.Message ?? "");
        if (JobRules.Condition(Job.Status, "SuccessCriteriaMet") is { } succeeding)
            return new JobVerdict(true, succeeding.Reason ?? "", succeeding.Message ?? "");
        if (NewlyFailed.Select(pod => PodFailureRules.Match(Job.Spec.PodFailurePolicy, pod).FailJob).FirstOrDefault(message => message is not null) is { } rule)
            return new JobVerdict(false, "PodFailurePolicy", rule);
        int limit = Job.Spec.BackoffLimit ?? 6;
        if (Failed > limit || RestartsBeyond(limit))
            return new JobVerdict(false, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        if (DeadlineLeft(now) is { } left && left <= TimeSpan.Zero)
            return new JobVerdict(false, "DeadlineExceeded", "Job was active longer than specified deadline");
        if (Retries?.Judge(Succeeded) is { } failed)
            return failed;
        if (SuccessRules.Match(Job, Indexes) is { } met)
            return new JobVerdict(true, "SuccessPolicy", met);
        bool complete = Job.Spec.Completions is { } completions ? Succeeded >= completions : Succeeded > 0 && Active.Count == 0;
        return complete ? new JobVerdict(true, "CompletionsReached", "Reached expected number of succeeded pods") : null;
    }

    /// <summary>How long the Job may still run; null without a deadline, or while it does not run.</summary>
    public TimeSpan? DeadlineLeft(DateTimeOffset now) =>
        Job.Spec.ActiveDeadlineSeconds is { } seconds && Job.Status?.StartTime is { } start && !JobRules.IsSuspended(Job)
            ? new DateTimeOffset(DateTime.SpecifyKind(start, DateTimeKind.Utc)).Plus(seconds) - now
            : null;

    /// <summary>How many pods should be active now.</summary>
    public int WantedActive()
    {
        int parallelism = JobRules.Parallelism(Job);
        if (Job.Spec.Completions is { } completions)
            return Math.Min(Math.Max(0, completions - Succeeded - (Retries?.Failed.Count ?? 0)), parallelism);
        return Succeeded > 0 ? Math.Min(Active.Count, parallelism) : parallelism;
    }

    /// <summary>The lowest indexes that are neither finished nor worked on.</summary>
    public IEnumerable<int> PendingIndexes(int count)
    {
        HashSet<int> taken = [.. Indexes ?? [], .. Retries?.Failed ?? []];
        IEnumerable<PodSummary> working = JobRules.ReplacesOnlyFailed(Job) ? Pods.Where(pod => !pod.IsFinished) : Active;
        taken.UnionWith(working.Select(JobRules.IndexOf).OfType<int>());
        return Enumerable.Range(0, Job.Spec.Completions ?? 0).Where(index => !taken.Contains(index)).Take(count);
    }

    /// <summary>How long until one of the next indexes may have its pod; zero when one may now.</summary>
    public TimeSpan RetryLeft(int count, DateTimeOffset now) =>
        Retries is { } retries ? PendingIndexes(count).Select(index => retries.Left(index, now)).DefaultIfEmpty().Min() : TimeSpan.Zero;

    private bool IsNew(PodSummary pod) => IsTracked(pod) && !_uncounted.Contains(pod.Uid);

    /// <summary>Containers restarted in place count like failed pods.</summary>
    private bool RestartsBeyond(int limit)
    {
        if (Job.Spec.Template.Spec.RestartPolicy != "OnFailure")
            return false;
        int restarts = Pods.Where(pod => pod.Phase is "Running" or "Pending").Sum(pod => pod.Restarts);
        return limit == 0 ? restarts > 0 : restarts >= limit;
    }

    private static SortedSet<int> FinishedIndexes(V1Job job, IReadOnlyList<PodSummary> pods)
    {
        int completions = job.Spec.Completions ?? 0;
        SortedSet<int> indexes = CompletionIndexes.Parse(job.Status?.CompletedIndexes, completions);
        foreach (PodSummary pod in pods)
        {
            if (pod.Phase == "Succeeded" && JobRules.IndexOf(pod) is { } index && index < completions)
                indexes.Add(index);
        }
        return indexes;
    }
}
