// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Dcsh;

/// <summary>
/// A Job whose pod does not run has no keeper that would miss its client. So the client puts the Job's deadline off for as long as it waits: of one that was
/// killed the Job ends by itself, on any cluster. When the pod runs the Job gets the deadline that is its own.
/// </summary>
/// <param name="api">The cluster.</param>
/// <param name="job">The Job.</param>
/// <param name="deadline">The deadline that is its own.</param>
/// <param name="isHeld">The Job is made to wait for a <see cref="Term"/>, and no longer: so it ends also when the client is killed in the next moment.</param>
/// <param name="notice">Told what is not as it should be.</param>
/// <param name="time">The clock.</param>
internal sealed class WaitingLease(HttpKubeApi api, ResourcePath job, long? deadline, bool isHeld, Action<string> notice, TimeProvider time)
{
    /// <summary>How long a Job waits on when nobody puts its deadline off.</summary>
    public static readonly TimeSpan Term = TimeSpan.FromMinutes(2);
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(40);

    /// <summary>Most pods run sooner, and most runs are over sooner, and cost no request. Also the pause after one that did not succeed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly GroupVersionResource Reviews = new("authorization.k8s.io", "v1", "selfsubjectaccessreviews");

    // Not after the moment at which the cluster begins to count.
    private readonly long _made = time.GetTimestamp();
    private bool _isTaken = isHeld;

    // A request whose answer nobody waited for: it may be done after those that come later.
    private bool _isLeft;

    /// <summary>Why the Job has not yet the deadline that is its own, where that has taken long; null: nothing is known to be wrong.</summary>
    public string? Unreleased { get; private set; }

    /// <summary>What is to be said where nobody waits any longer for the Job to have the deadline that is its own.</summary>
    public string Doubt => Unreleased ?? $"it is not known whether the deadline of Job {job.Name} on {api.Cluster}, at which it ends, was taken back";

    /// <summary>
    /// Whether the caller may change Jobs. Who may not could not put off the deadline of one that is made to wait for a <see cref="Term"/>, nor take it back; not
    /// to know it means the same.
    /// </summary>
    public static async Task<bool> IsAllowedAsync(HttpKubeApi api, string ns, TimeProvider time, CancellationToken cancel)
    {
        var attributes = new JsonObject { ["verb"] = "patch", ["group"] = "batch", ["version"] = "v1", ["resource"] = "jobs", ["namespace"] = ns };
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1", ["kind"] = "SelfSubjectAccessReview", ["spec"] = new JsonObject { ["resourceAttributes"] = attributes },
        };
        using var brief = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, brief.Token);
        try
        {
            ApiResult answer = await api.CreateAsync(new ResourcePath(Reviews), KubeJson.ToUtf8(review), WriteQuery.None, either.Token);
            JsonObject? status = answer.Error is null ? KubeJson.ParseObject(answer.Body).Object("status") : null;
            return status?.Boolean("allowed") == true && status.Boolean("denied") != true;
        }
        catch (Exception e) when (e is ClusterUnreachableException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>Until what is waited for is there, or fails; no request keeps it from being noticed.</summary>
    public async Task HoldAsync(Task waited, CancellationToken cancel)
    {
        TimeSpan? pause = _isTaken ? Renewal : Patience;
        while (pause is { } next && await Task.WhenAny(waited, Task.Delay(next, time, cancel)) != waited)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            Task<TimeSpan?> putting = PutOffAsync(over.Token);
            if (await Task.WhenAny(waited, putting) == waited)
            {
                _isLeft = !putting.IsCompleted;
                await over.CancelAsync();
                await ((Task)putting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            }
            pause = await putting;
        }
        await waited;
    }

    /// <summary>
    /// The pod runs: from now on its keeper misses the client. For beside the run, which does not wait for it: until the Job has its own deadline again, or the
    /// run is over. That it may end by another one is said while there is still time.
    /// </summary>
    /// <param name="after">Not before: a run that is over sooner needs no deadline.</param>
    /// <param name="cancel">The run is over.</param>
    public async Task ReleaseAsync(TimeSpan after, CancellationToken cancel)
    {
        if (!_isTaken)
            return;
        await Task.Delay(after, time, cancel);
        Task late = Task.Delay(Renewal, time, cancel);
        bool isSaid = false;
        void Say(string why)
        {
            Unreleased = $"the deadline of Job {job.Name} on {api.Cluster}, at which it ends, could not be taken back: {why}";
            if (!isSaid)
                notice($"{Unreleased}; it is tried again");
            isSaid = true;
        }

        while (_isTaken)
        {
            Task<ApiStatus?> setting = SetAsync(deadline, cancel);
            await Task.WhenAny(setting, late);
            if (late.IsCompletedSuccessfully && !setting.IsCompleted)
                Say("no answer");
            if (await setting is { IsNotFound: false } error)
            {
                if (error.Code is 401 or 403 or 405 or 422 || late.IsCompletedSuccessfully)
                    Say(error.Message);
                await Task.Delay(Patience, time, cancel);
                continue;
            }
            Unreleased = null;
            if (!_isLeft)
                return;
            _isLeft = false;
            await Task.Delay(Renewal, time, cancel);
            late = Task.Delay(Renewal, time, cancel);
        }
    }

    /// <summary>When to do it again; null: never, for this is not allowed.</summary>
    private async Task<TimeSpan?> PutOffAsync(CancellationToken cancel)
    {
        bool wasTaken = _isTaken;
        // An answer that is lost does not undo it.
        _isTaken = true;
        switch (await SetAsync((long)(time.GetElapsedTime(_made) + Term).TotalSeconds, cancel))
        {
            case null:
                return Renewal;
            case { IsNotFound: true }:
                throw new RunFailure(RunFailure.Engine, $"Job {job.Name} on {api.Cluster} was taken away before its pod ran", isOver: true);
            case { Code: 401 or 403 or 405 or 422 } refused when !wasTaken:
                notice($"if this program is killed now, Job {job.Name} on {api.Cluster} stays: {refused.Message}");
                _isTaken = false;
                return null;
            case { Code: 401 or 403 or 405 or 422 } refused:
                notice($"Job {job.Name} on {api.Cluster} waits for no longer than {Term.TotalMinutes} minutes: {refused.Message}");
                return Patience;
            default:
                return Patience;
        }
    }

    private async Task<ApiStatus?> SetAsync(long? seconds, CancellationToken cancel)
    {
        var patch = new JsonObject { ["spec"] = new JsonObject { ["activeDeadlineSeconds"] = seconds } };
        try
        {
            return (await api.PatchAsync(job, PatchType.Merge, KubeJson.ToUtf8(patch), WriteQuery.None, cancel)).Error;
        }
        catch (ClusterUnreachableException unreachable)
        {
            return ApiStatus.Internal(unreachable.Message);
        }
    }
}
