// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Controllers;
using Pelago.Engine.Strategies.Pods;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Workloads;

/// <summary>CronJobs (kubernetes pkg/apis/batch/validation/validation.go).</summary>
internal sealed class CronJobStrategy : ResourceStrategy
{
    private const int MaxNameLength = 52;

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (context.Subresource.Length > 0)
            return;
        JsonObject? spec = subject.Spec;
        ValidateSchedule(spec, errors);
        string policy = spec?.String("concurrencyPolicy") ?? "";
        if (policy.Length == 0)
            errors.Required("spec.concurrencyPolicy");
        else if (policy is not ("Allow" or "Forbid" or "Replace"))
            errors.NotSupported("spec.concurrencyPolicy", policy, "Allow", "Forbid", "Replace");
        foreach (string field in (ReadOnlySpan<string>)["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"])
            TemplateRules.NotNegative(spec, field, "spec", errors);
        const string path = "spec.jobTemplate.spec";
        JsonObject? job = spec?.Object("jobTemplate")?.Object("spec");
        JobStrategy.ValidateSpec(job, path, errors);
        HostPortRules.Validate(job?.Object("template")?.Object("metadata")?.Object("annotations"), $"{path}.template.annotations", errors);
        PodRules.Validate(job?.Object("template")?.Object("spec"), $"{path}.template.spec", errors);
        JobStrategy.ValidateRestart(job, path, errors);

        // A job's name is the CronJob's and eleven characters more.
        if (subject.Name.Length > MaxNameLength)
            errors.Invalid("metadata.name", subject.Name, "must be no more than 52 characters");
    }

    private static void ValidateSchedule(JsonObject? spec, FieldErrors errors)
    {
        string schedule = spec?.String("schedule") ?? "";
        if (schedule.Length == 0)
        {
            errors.Required("spec.schedule");
            return;
        }

        if (schedule.Contains("TZ", StringComparison.Ordinal))
            errors.Invalid("spec.schedule", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        else if (!schedule.StartsWith('@') && schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: not 5 } fields)
            errors.Invalid("spec.schedule", schedule, $"expected exactly 5 fields, found {fields.Length}: [{string.Join(' ', fields)}]");
        else if (CronSchedule.Parse(schedule, null, out string unreadable) is null)
            errors.Invalid("spec.schedule", schedule, unreadable);
        if (spec?.String("timeZone") is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            errors.Invalid("spec.timeZone", zone, $"unknown time zone {zone}");
    }
}
