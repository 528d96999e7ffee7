// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>The Jobs of CronJobs: made, watched until they end, and cleared away.</summary>
internal sealed class CronJobJobs(ControllerContext context, EventRecorder events)
{
    private const string ScheduledAnnotation = "batch.kubernetes.io/cronjob-scheduled-timestamp";

    private Resource<V1Job> Jobs => context.Client.Of<V1Job>();

    /// <summary>Creates the Job of one scheduled time; its name makes a second one for the same time impossible.</summary>
    public async Task<ApiStatus?> StartAsync(Owner owner, V1CronJob cronJob, DateTimeOffset due, CancellationToken cancel)
    {
        V1JobTemplateSpec template = ModelJson.Copy(cronJob.Spec.JobTemplate);
        var annotations = new Dictionary<string, string>(template.Metadata?.Annotations ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [ScheduledAnnotation] = MetaTime.Format(due),
        };
        var job = new V1Job
        {
            Metadata = new V1ObjectMeta
            {
                Name = CronSchedule.NameOf(owner.Name, due), NamespaceProperty = owner.Namespace, Labels = template.Metadata?.Labels, Annotations = annotations,
                OwnerReferences = [owner.ToModelReference()],
            },
            Spec = template.Spec,
        };
        ApiResult<V1Job> made = await Jobs.CreateAsync(owner.Namespace, job, cancel);
        if (made.IsAlreadyExists)
            made = await Jobs.GetAsync(owner.Namespace, job.Metadata.Name, cancel);
        else if (made.IsSuccess)
            events.Normal(owner.ForEvents(), "SuccessfulCreate", $"Created job {job.Metadata.Name}");
        if (!made.IsSuccess)
        {
            if (PodControl.IsNamespaceTerminating(made.Error))
                return null;
            events.Warning(owner.ForEvents(), "FailedCreate", $"Error creating job: {made.Error.Message}");
            return made.Error;
        }
        if (!IsControlledBy(owner, made.Value))
        {
            events.Warning(owner.ForEvents(), "FailedCreate", $"Error creating job: {job.Metadata.Name} exists and is not of this CronJob");
            return null;
        }
        if (!JobRules.IsFinished(made.Value) && (cronJob.Status.Active ?? []).All(reference => reference.Uid != made.Value.Metadata.Uid))
            cronJob.Status.Active = [.. cronJob.Status.Active ?? [], ReferenceTo(made.Value)];
        cronJob.Status.LastScheduleTime = due.UtcDateTime;
        return null;
    }

    /// <summary>Brings status.active in line with the Jobs there are, and tells of those that have ended.</summary>
    public async Task<ApiStatus?> SettleAsync(Owner owner, V1CronJob cronJob, V1Job[] jobs, CancellationToken cancel)
    {
        var active = new List<V1ObjectReference>();
        foreach (V1ObjectReference reference in cronJob.Status.Active ?? [])
        {
            V1Job? job = jobs.FirstOrDefault(candidate => candidate.Metadata.Uid == reference.Uid);
            if (job is null)
            {
                // The cache may not have it yet: only the cluster knows that it is gone.
                ApiResult<V1Job> live = await Jobs.GetAsync(owner.Namespace, reference.Name, cancel);
                if (live is { IsSuccess: false, IsNotFound: false })
                    return live.Error;
                if (!live.IsSuccess || live.Value.Metadata.Uid != reference.Uid || !IsControlledBy(owner, live.Value))
                    events.Normal(owner.ForEvents(), "MissingJob", $"Active job went missing: {reference.Name}");
                else if (JobRules.IsFinished(live.Value))
                    Note(owner, cronJob, live.Value);
                else
                    active.Add(reference);
            }
            else if (JobRules.IsFinished(job))
            {
                Note(owner, cronJob, job);
            }
            else
            {
                active.Add(reference);
            }
        }
        active.AddRange(jobs.Where(job => !JobRules.IsFinished(job) && active.All(reference => reference.Uid != job.Metadata.Uid)).Select(ReferenceTo));
        cronJob.Status.Active = active.Count == 0 ? null : active;
        return null;
    }

    public async Task<ApiStatus?> DeleteActiveAsync(Owner owner, V1CronJob cronJob, CancellationToken cancel)
    {
        foreach (V1ObjectReference reference in cronJob.Status.Active ?? [])
        {
            var delete = new DeleteQuery { PropagationPolicy = "Background", Uid = reference.Uid };
            ApiStatus? error = await Jobs.DeleteAsync(owner.Namespace, reference.Name, delete, cancel);
            if (error is { IsNotFound: false, IsConflict: false })
                return error;
            if (error is null)
                events.Normal(owner.ForEvents(), "SuccessfulDelete", $"Deleted job {reference.Name}");
        }
        cronJob.Status.Active = null;
        return null;
    }

    /// <summary>Deletes finished Jobs beyond the history limits, oldest first.</summary>
    public async Task<ApiStatus?> TrimAsync(V1CronJob cronJob, V1Job[] jobs, CancellationToken cancel)
    {
        IEnumerable<V1Job> surplus = Oldest(jobs, "Complete", cronJob.Spec.SuccessfulJobsHistoryLimit ?? 3)
            .Concat(Oldest(jobs, "Failed", cronJob.Spec.FailedJobsHistoryLimit ?? 1));
        foreach (V1Job job in surplus)
        {
            ApiStatus? error = await Jobs.DeleteAsync(job.Metadata.NamespaceProperty, job.Metadata.Name, new DeleteQuery { PropagationPolicy = "Background" }, cancel);
            if (error is { IsNotFound: false })
                return error;
        }
        return null;
    }

    private static bool IsControlledBy(Owner owner, V1Job job) => new OwnedModel<V1Job>(job).Controller?.Uid == owner.Uid;

    private static IEnumerable<V1Job> Oldest(V1Job[] jobs, string condition, int kept)
    {
        V1Job[] ended = [.. jobs.Where(job => JobRules.Condition(job.Status, condition) is not null && job.Metadata.DeletionTimestamp is null)
            .OrderBy(job => job.Status.StartTime ?? job.Metadata.CreationTimestamp)];
        return ended.Take(Math.Max(0, ended.Length - kept));
    }

    private void Note(Owner owner, V1CronJob cronJob, V1Job job)
    {
        bool complete = JobRules.Condition(job.Status, "Complete") is not null;
        events.Normal(owner.ForEvents(), "SawCompletedJob", $"Saw completed job: {job.Metadata.Name}, condition: {(complete ? "Complete" : "Failed")}");
        if (complete && job.Status.CompletionTime is { } at && (cronJob.Status.LastSuccessfulTime is not { } last || at > last))
            cronJob.Status.LastSuccessfulTime = at;
    }

    private static V1ObjectReference ReferenceTo(V1Job job) => new()
    {
        ApiVersion = "batch/v1", Kind = "Job", NamespaceProperty = job.Metadata.NamespaceProperty, Name = job.Metadata.Name, Uid = job.Metadata.Uid,
        ResourceVersion = job.Metadata.ResourceVersion,
    };
}
