// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// Counts each finished pod exactly once: its uid goes into status.uncountedTerminatedPods, then its finalizer comes off, then the count goes up
/// and the uid out (pkg/controller/job trackJobStatusAndRemoveFinalizers). A crash between any two of these steps loses and doubles nothing.
/// </summary>
internal sealed class JobStatusWriter(ControllerContext context, JobPods pods, ReleasedPods releases, OwnWrites ownWrites)
{
    /// <summary>
    /// Writes what changed, and lets go the finished pods but those that <paramref name="holds"/> keeps; <paramref name="finish"/> adds to
    /// the status what depends on the final counts. The Job afterwards, or the refusal.
    /// </summary>
    public async Task<ApiResult<V1Job>> WriteAsync(
        V1Job before, JobState state, V1JobStatus status, Func<PodSummary, bool> holds, Action<V1JobStatus> finish,
        CancellationToken cancel)
    {
        status.Active = state.Active.Count.NonZero();
        status.Ready = state.Active.Count(pod => pod.IsReady);
        status.Terminating = state.Terminating;
        if (state.Indexes is { } indexes)
            status.CompletedIndexes = indexes.Count == 0 ? null : CompletionIndexes.Format(indexes);
        if (state.Retries is { } retries)
            status.FailedIndexes = CompletionIndexes.Format(retries.Failed);
        Track(status, state);
        ApiResult<V1Job> written = await FlushAsync(before, status, cancel);
        if (!written.IsSuccess)
            return written;

        PodSummary[] finished = [.. state.Pods.Where(pod => state.IsTracked(pod) && (pod.IsFinished || JobRules.HasFailed(state.Job, pod)) && !holds(pod))];
        (HashSet<string> released, ApiStatus? error) = await pods.ReleaseAsync(finished, cancel);
        releases.Note(KeyOf(before), released);
        V1JobStatus settled = ModelJson.Copy(written.Value.Status ?? status);
        // The server may not know the field: what was noted is what is counted.
        settled.UncountedTerminatedPods ??= status.UncountedTerminatedPods;
        Settle(settled, state, released);
        finish(settled);
        ApiResult<V1Job> final = await FlushAsync(written.Value, settled, cancel);
        return error is null ? final : new ApiResult<V1Job>(null, error);
    }

    private static void Track(V1JobStatus status, JobState state)
    {
        V1UncountedTerminatedPods uncounted = status.UncountedTerminatedPods ?? new V1UncountedTerminatedPods();
        if (state.Indexes is null)
            uncounted.Succeeded = Joined(uncounted.Succeeded, state.NewlySucceeded);
        else
            status.Succeeded = state.Indexes.Count.NonZero();
        uncounted.Failed = Joined(uncounted.Failed, state.CountedFailures);
        status.UncountedTerminatedPods = uncounted;
    }

    /// <summary>Uids whose pods hold the finalizer no more are counted: released just now, or gone since.</summary>
    private static void Settle(V1JobStatus status, JobState state, HashSet<string> released)
    {
        HashSet<string> held = [.. state.Pods.Where(state.IsTracked).Select(pod => pod.Uid)];
        held.ExceptWith(released);
        V1UncountedTerminatedPods uncounted = status.UncountedTerminatedPods ?? new V1UncountedTerminatedPods();
        int succeeded = uncounted.Succeeded?.Count(uid => !held.Contains(uid)) ?? 0;
        int failed = uncounted.Failed?.Count(uid => !held.Contains(uid)) ?? 0;
        if (state.Indexes is null)
            status.Succeeded = ((status.Succeeded ?? 0) + succeeded).NonZero();
        status.Failed = ((status.Failed ?? 0) + failed).NonZero();
        status.UncountedTerminatedPods = new V1UncountedTerminatedPods
        {
            Succeeded = Kept(uncounted.Succeeded, held), Failed = Kept(uncounted.Failed, held),
        };
    }

    private async Task<ApiResult<V1Job>> FlushAsync(V1Job before, V1JobStatus status, CancellationToken cancel)
    {
        if (before.Status is not null && ModelJson.Encode(before.Status).AsSpan().SequenceEqual(ModelJson.Encode(status)))
            return new ApiResult<V1Job>(before, null);
        ObjectKey key = KeyOf(before);
        ApiResult<V1Job> written = await context.Client.Of<V1Job>().UpdateStatusAsync(key.Namespace, key.Name, before with { Status = status }, cancel);

        // Each of them, also when the next is refused: a cache that has not seen it knows neither the pod nor that it is counted.
        if (written.IsSuccess)
            ownWrites.Note(key, written.Value.Metadata);
        return written;
    }

    private static ObjectKey KeyOf(V1Job job) => new(job.Metadata.NamespaceProperty, job.Metadata.Name);

    private static List<string>? Joined(IList<string>? uids, List<PodSummary> more)
    {
        List<string> all = [.. (uids ?? []).Union(more.Select(pod => pod.Uid), StringComparer.Ordinal)];
        return all.Count == 0 ? null : all;
    }

    private static List<string>? Kept(IList<string>? uids, HashSet<string> held)
    {
        List<string> kept = [.. (uids ?? []).Where(held.Contains)];
        return kept.Count == 0 ? null : kept;
    }
}
