// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Deletes finished Jobs when their ttlSecondsAfterFinished is over (pkg/controller/ttlafterfinished).</summary>
internal sealed class TtlAfterFinished : IController
{
    private readonly ControllerContext _context;
    private readonly Informer<V1Job> _jobs;
    private readonly Controller<ObjectKey> _loop;

    public TtlAfterFinished(ControllerContext context)
    {
        _context = context;
        _jobs = context.Of<V1Job>();
        _loop = context.Controller("ttl-after-finished-controller", [_jobs], ReconcileAsync);
        _jobs.AddHandler(change =>
        {
            if (change.New is { Spec.TtlSecondsAfterFinished: not null } job && JobRules.IsFinished(job))
                _loop.Queue.Add(change.Key);
        });
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (Left(_jobs.Cache.Get(key)) is not { } left)
            return ReconcileResult.Done;
        if (left > TimeSpan.Zero)
            return ReconcileResult.Again(left);
        // The cache may be behind: the time to live could have been raised.
        Resource<V1Job> jobs = _context.Client.Of<V1Job>();
        ApiResult<V1Job> live = await jobs.GetAsync(key.Namespace, key.Name, cancel);
        if (!live.IsSuccess)
            return live.IsNotFound ? ReconcileResult.Done : ReconcileResult.Failed(live.Error);
        if (Left(live.Value) is not { } now)
            return ReconcileResult.Done;
        if (now > TimeSpan.Zero)
            return ReconcileResult.Again(now);
        ApiStatus? error = await jobs.DeleteAsync(key.Namespace, key.Name, new DeleteQuery { Uid = live.Value.Metadata.Uid, PropagationPolicy = "Foreground" }, cancel);
        return error is { IsNotFound: false, IsConflict: false } ? ReconcileResult.Failed(error) : ReconcileResult.Done;
    }

    private TimeSpan? Left(V1Job? job)
    {
        if (job?.Spec.TtlSecondsAfterFinished is not { } seconds || job.Metadata.DeletionTimestamp is not null)
            return null;
        V1JobCondition? end = JobRules.Condition(job.Status, "Complete") ?? JobRules.Condition(job.Status, "Failed");
        return end?.LastTransitionTime is { } at ? at.AddSeconds(seconds) - _context.Now.UtcDateTime : null;
    }
}
