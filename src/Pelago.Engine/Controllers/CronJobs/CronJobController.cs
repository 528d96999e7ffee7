// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Makes a Job whenever a CronJob is due (pkg/controller/cronjob/cronjob_controllerv2.go).</summary>
internal sealed class CronJobController : IController
{
    private const int TooMany = 100;
    private readonly ControllerContext _context;
    private readonly Informer<V1CronJob> _cronJobs;
    private readonly Informer<V1Job> _jobs;
    private readonly EventRecorder _events;
    private readonly CronJobJobs _work;
    private readonly Controller<ObjectKey> _loop;

    public CronJobController(ControllerContext context)
    {
        _context = context;
        _cronJobs = context.Of<V1CronJob>();
        _jobs = context.Of<V1Job>();
        _events = context.Events("cronjob-controller");
        _work = new CronJobJobs(context, _events);
        _loop = context.Controller("cronjob-controller", [_cronJobs, _jobs], ReconcileAsync);
        _cronJobs.AddHandler(change => _loop.Queue.Add(change.Key));
        _jobs.AddHandler(change =>
        {
            if (new OwnedModel<V1Job>(change.Latest).Controller is { Kind: "CronJob" } owner)
                _loop.Queue.Add(new ObjectKey(change.Key.Namespace, owner.Name));
        });
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_cronJobs.Cache.Get(key) is not { } cached)
            return ReconcileResult.Done;
        V1CronJob cronJob = ModelJson.Copy(cached);
        Owner owner = Owner.Of(_context.Client.Of<V1CronJob>().Type, cronJob);
        V1Job[] jobs = [.. _jobs.Cache.ByIndex(PodIndexes.Controller, owner.Uid)];
        cronJob.Status ??= new V1CronJobStatus();
        byte[] before = ModelJson.Encode(cronJob.Status);
        if (await _work.TrimAsync(cronJob, jobs, cancel) is { } untrimmed)
            return ReconcileResult.Failed(untrimmed);
        ApiStatus? error = await _work.SettleAsync(owner, cronJob, jobs, cancel);
        ReconcileResult result = ReconcileResult.Done;
        if (error is null && !owner.IsDeleting && cronJob.Spec.Suspend != true)
            (error, result) = await StartDueAsync(owner, cronJob, cancel);
        ApiStatus? unwritten = ModelJson.Encode(cronJob.Status).AsSpan().SequenceEqual(before) ? null
            : (await _context.Client.Of<V1CronJob>().UpdateStatusAsync(key.Namespace, key.Name, cronJob, cancel)).Error;
        return (error ?? unwritten) is { } failure && !failure.IsNotFound ? ReconcileResult.Failed(failure) : result;
    }

    private async Task<(ApiStatus? Error, ReconcileResult Result)> StartDueAsync(Owner owner, V1CronJob cronJob, CancellationToken cancel)
    {
        if (CronSchedule.Parse(cronJob.Spec.Schedule, cronJob.Spec.TimeZone, out string unreadable) is not { } schedule)
        {
            _events.Warning(owner.ForEvents(), cronJob.Spec.TimeZone is null ? "UnparseableSchedule" : "UnknownTimeZone", $"unparseable schedule: {cronJob.Spec.Schedule} : {unreadable}");
            return (null, ReconcileResult.Done);
        }
        DateTimeOffset now = _context.Now;
        DateTimeOffset earliest = Earliest(cronJob, schedule, now);
        (DateTimeOffset? due, int missed) = schedule.LastBetween(earliest, now, TooMany);
        ReconcileResult next = schedule.NextBeyond(due ?? earliest, now) is { } then ? ReconcileResult.Again(then - now + TimeSpan.FromMilliseconds(100)) : ReconcileResult.Done;
        if (due is not { } at)
            return (null, next);
        if (missed > TooMany)
            _events.Warning(owner.ForEvents(), "TooManyMissedTimes", "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
        if (cronJob.Spec.StartingDeadlineSeconds is { } deadline && at.Plus(deadline) < now)
        {
            _events.Warning(owner.ForEvents(), "MissSchedule", $"Missed scheduled time to start a job: {at.UtcDateTime:R}");
            return (null, next);
        }
        if (cronJob.Status.Active is { Count: > 0 } && cronJob.Spec.ConcurrencyPolicy == "Forbid")
        {
            _events.Normal(owner.ForEvents(), "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
            return (null, next);
        }
        if (cronJob.Spec.ConcurrencyPolicy == "Replace" && await _work.DeleteActiveAsync(owner, cronJob, cancel) is { } undeleted)
            return (undeleted, next);
        return (await _work.StartAsync(owner, cronJob, at, cancel), next);
    }

    /// <summary>Older times are too late to start. An interval is counted from the last one all the same: from the deadline on it would never be over.</summary>
    private static DateTimeOffset Earliest(V1CronJob cronJob, CronSchedule schedule, DateTimeOffset now)
    {
        DateTime from = cronJob.Status.LastScheduleTime ?? cronJob.Metadata.CreationTimestamp ?? now.UtcDateTime;
        var earliest = new DateTimeOffset(DateTime.SpecifyKind(from, DateTimeKind.Utc));
        if (!schedule.IsInterval && cronJob.Spec.StartingDeadlineSeconds is { } deadline && now.Plus(-deadline) is var limit && limit > earliest)
            return limit;
        return earliest;
    }
}
