// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Runs pods to completion (pkg/controller/job/job_controller.go).</summary>
internal sealed class JobController : IController
{
    private readonly ControllerContext _context;
    private readonly Informer<V1Job> _jobs;
    private readonly EventRecorder _events;
    private readonly Expectations _expectations;
    private readonly OwnWrites _ownWrites = new();
    private readonly ReleasedPods _released = new();
    private readonly OwnershipClaims _claims;
    private readonly JobPods _pods;
    private readonly JobStatusWriter _writer;
    private readonly JobBackoff _backoff;
    private readonly Controller<ObjectKey> _loop;

    public JobController(ControllerContext context)
    {
        _context = context;
        _jobs = context.Of<V1Job>();
        _events = context.Events("job-controller");
        _expectations = new Expectations(context.Time);
        _claims = new OwnershipClaims(context.Api, PodControl.Pods);
        _pods = new JobPods(context, _events, _expectations);
        _writer = new JobStatusWriter(context, _pods, _released, _ownWrites);
        _backoff = new JobBackoff(context.Time);
        _loop = context.Controller("job-controller", [_jobs, context.Pods], ReconcileAsync);
        _jobs.AddHandler(change => _loop.Queue.Add(change.Key));
        context.Pods.AddHandler(PodChanged);
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private void PodChanged(InformerEvent<PodSummary> change)
    {
        foreach (OwnerReference owner in new[] { change.Old?.Controller, change.New?.Controller }.OfType<OwnerReference>().DistinctBy(owner => owner.Uid))
        {
            if (owner is not { Kind: "Job", ApiVersion: "batch/v1" })
                continue;
            var key = new ObjectKey(change.Key.Namespace, owner.Name);
            if (change.Type == InformerEventType.Added)
                _expectations.CreationObserved(key);
            if (change.Type == InformerEventType.Deleted || change.New is { IsDeleting: true })
                _expectations.DeletionObserved(key, change.Latest.Uid);
            _loop.Queue.Add(key);
        }
        if (change is not { Old: null, New: { Controller: null, IsDeleting: false } orphan })
            return;
        foreach (V1Job job in _jobs.Cache.ByIndex(PodIndexes.Namespace, change.Key.Namespace))
        {
            if (job.Spec.Selector.ToSelector().Matches(orphan.Labels))
                _loop.Queue.Add(new ObjectKey(change.Key.Namespace, job.Metadata.Name));
        }
    }

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_jobs.Cache.Get(key) is not { } cached)
        {
            _expectations.Forget(key);
            _backoff.Forget(key);
            _ownWrites.Forget(key);
            _released.Forget(key);
            return await ReleaseOrphansAsync(key, cancel);
        }
        if (!_ownWrites.AreSeen(key, cached.Metadata))
            return ReconcileResult.Done;
        if (cached.Spec.ManagedBy is { Length: > 0 } manager && manager != "kubernetes.io/job-controller")
            return ReconcileResult.Done;
        V1Job job = ModelJson.Copy(cached);
        Owner owner = Owner.Of(_context.Client.Of<V1Job>().Type, job);
        // Asked before the pods are read: what is seen between the two is not among them.
        bool settled = _expectations.Satisfied(key);
        IEnumerable<PodSummary> candidates = _context.Pods.Cache.ByIndex(PodIndexes.Controller, owner.Uid)
            .Concat(_context.Pods.Cache.ByIndex(PodIndexes.Orphans, key.Namespace));
        (List<PodSummary> pods, ApiStatus? error) = await _claims.ClaimAsync(owner, job.Spec.Selector.ToSelector(), candidates, cancel);
        if (error is not null)
            return ReconcileResult.Failed(error);
        if (JobRules.IsFinished(job) || owner.IsDeleting)
        {
            _released.Forget(key);
            _backoff.Forget(key);
            return ReconcileResult.From((await _pods.ReleaseAsync(pods.Where(pod => pod.Finalizers.Contains(JobRules.TrackingFinalizer)), cancel)).Error);
        }
        return await SyncAsync(owner, job, pods, settled, cancel);
    }

    private async Task<ReconcileResult> SyncAsync(Owner owner, V1Job job, List<PodSummary> pods, bool settled, CancellationToken cancel)
    {
        V1JobStatus status = job.Status is null ? new V1JobStatus() : ModelJson.Copy(job.Status);
        if (status.StartTime is null && !JobRules.IsSuspended(job))
            status.StartTime = _context.NowSeconds;
        var state = new JobState(job, pods, _released.Behind(owner.Key, pods));
        _backoff.Note(owner.Key, [.. state.CountedFailures.Select(pod => pod.Uid)], [.. state.NewlySucceeded.Select(pod => pod.Uid)]);
        JobVerdict? verdict = state.Judge(_context.Now);
        TimeSpan? again = state.DeadlineLeft(_context.Now);
        ApiStatus? refused = null;
        if (verdict is not null)
            refused = await EndAsync(owner, state, status, verdict, settled, cancel);
        else if (settled)
            (refused, again) = await ManageAsync(owner, state, status, again, cancel);

        bool ends = verdict is not null && state.Active.Count == 0 && state.Terminating == 0;
        // Once the Job ends no index has another pod, and nothing is left to hold failed ones for.
        bool Holds(PodSummary pod) => verdict is null && state.Retries?.Holds(pod) == true;
        ApiResult<V1Job> written = await _writer.WriteAsync(
            job, state, status, Holds, counted => FinishAsCounted(owner, counted, ends ? verdict : null), cancel);
        if ((refused ?? written.Error) is { } failure)
            return failure.IsNotFound ? ReconcileResult.Done : ReconcileResult.Failed(failure);
        return again is { } wait ? ReconcileResult.Again(wait > TimeSpan.Zero ? wait : TimeSpan.FromSeconds(1)) : ReconcileResult.Done;
    }

    /// <summary>The verdict stands at once, and pods still running have to go.</summary>
    private async Task<ApiStatus?> EndAsync(Owner owner, JobState state, V1JobStatus status, JobVerdict verdict, bool settled, CancellationToken cancel)
    {
        string interim = verdict.Succeeded ? "SuccessCriteriaMet" : "FailureTarget";
        JobConditions.Set(status, interim, "True", verdict.Reason, verdict.Message, _context.NowSeconds);
        return state.Active.Count > 0 && settled ? await _pods.DeleteAsync(owner, state.Active, cancel) : null;
    }

    /// <summary>The Job is finished when its last pod has ended and every pod is counted.</summary>
    private void FinishAsCounted(Owner owner, V1JobStatus status, JobVerdict? verdict)
    {
        if (verdict is null || status.UncountedTerminatedPods is { Succeeded.Count: > 0 } or { Failed.Count: > 0 })
            return;
        DateTime now = _context.NowSeconds;
        if (!JobConditions.Set(status, verdict.Succeeded ? "Complete" : "Failed", "True", verdict.Reason, verdict.Message, now))
            return;
        if (!verdict.Succeeded)
        {
            _events.Warning(owner.ForEvents(), verdict.Reason, verdict.Message);
            return;
        }
        status.CompletionTime = now;
        _events.Normal(owner.ForEvents(), "Completed", "Job completed");
    }

    private async Task<(ApiStatus? Error, TimeSpan? Again)> ManageAsync(
        Owner owner, JobState state, V1JobStatus status, TimeSpan? again, CancellationToken cancel)
    {
        if (JobRules.IsSuspended(state.Job))
        {
            if (JobConditions.Set(status, "Suspended", "True", "JobSuspended", "Job suspended", _context.NowSeconds))
                _events.Normal(owner.ForEvents(), "Suspended", "Job suspended");
            status.StartTime = null;
            return (await _pods.DeleteAsync(owner, state.Active, cancel), null);
        }
        if (JobRules.Condition(status, "Suspended") is not null)
        {
            JobConditions.Set(status, "Suspended", "False", "JobResumed", "Job resumed", _context.NowSeconds);
            _events.Normal(owner.ForEvents(), "Resumed", "Job resumed");
            status.StartTime = _context.NowSeconds;
        }
        int wanted = state.WantedActive();
        int holding = JobRules.ReplacesOnlyFailed(state.Job) ? state.Active.Count + state.Terminating : state.Active.Count;
        if (state.Active.Count > wanted)
        {
            PodSummary[] victims = [.. state.Active.Order(new DeletionRanking(new Dictionary<string, int>(), _context.Now)).Take(state.Active.Count - wanted)];
            return (await _pods.DeleteAsync(owner, victims, cancel), again);
        }
        if (holding >= wanted)
            return (null, again);
        TimeSpan pause = state.Retries is null ? _backoff.Left(owner.Key) : state.RetryLeft(wanted - holding, _context.Now);
        if (pause > TimeSpan.Zero)
            return (null, again is { } deadline && deadline < pause ? deadline : pause);
        return (await _pods.CreateAsync(owner, state, wanted - holding, cancel), again);
    }

    /// <summary>Pods of a Job that is gone wait for nobody: their finalizer would hold them for ever.</summary>
    private async Task<ReconcileResult> ReleaseOrphansAsync(ObjectKey key, CancellationToken cancel)
    {
        IEnumerable<PodSummary> left = _context.Pods.Cache.ByIndex(PodIndexes.Namespace, key.Namespace)
            .Where(pod => pod.Controller is { Kind: "Job" } owner && owner.Name == key.Name && pod.Finalizers.Contains(JobRules.TrackingFinalizer));
        return ReconcileResult.From((await _pods.ReleaseAsync(left, cancel)).Error);
    }
}
