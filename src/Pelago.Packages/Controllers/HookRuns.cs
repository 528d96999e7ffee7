// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Releases;

namespace Pelago.Packages.Controllers;

/// <summary>
/// Runs the hooks of a release, one after the other. A run is known by its name, made of the revision and the moment: whoever comes again finds it, waits
/// for it, and does not start it twice.
/// </summary>
internal sealed class HookRuns(IKubeApi api, InstalledObjects objects, Installation installation)
{
    private const string RunLabel = $"{PackagesApi.Group}/hook-of";

    /// <param name="moment"><c>pre-install</c>, <c>post-upgrade</c>, …</param>
    public async Task<StepOutcome> RunAsync(Release release, string moment, long revision, CancellationToken cancel)
    {
        foreach (JsonObject hook in release.Hooks.Where(hook => IsAt(hook, moment)))
        {
            JsonObject run = RunOf(hook, moment, revision);
            var path = new ResourcePath(PackagesApi.Jobs, installation.Namespace, new KubeObject(run).Name);
            ApiResult read = await api.GetAsync(path, cancel);
            if (read.Error is { IsNotFound: true })
            {
                StepOutcome started = await objects.ApplyAsync(run, cancel);
                return started.IsDone ? StepOutcome.Waits($"runs {moment}, Job {path.Name}") : started;
            }

            StepOutcome outcome = Judge(KubeObject.Parse(read.BodyOrThrow()), moment);
            if (!outcome.IsDone)
                return outcome;
        }

        return StepOutcome.Done;
    }

    /// <summary>Removes the Jobs of runs, with their pods.</summary>
    public async Task ClearAsync(CancellationToken cancel)
    {
        var path = new ResourcePath(PackagesApi.Jobs, installation.Namespace);
        ApiResult list = await api.ListAsync(path, new ListQuery { LabelSelector = $"{RunLabel}={installation.Name}" }, cancel);
        foreach (KubeObject job in (KubeJson.ParseObject(list.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>().Select(item => new KubeObject(item)).Where(objects.IsOurs))
        {
            ApiResult gone = await api.DeleteAsync(path with { Name = job.Name }, new DeleteQuery { PropagationPolicy = "Background" }, cancel);
            if (gone.Error is { IsNotFound: false } refused)
                throw new ApiStatusException(refused);
        }
    }

    private static bool IsAt(JsonObject hook, string moment) =>
        (new KubeObject(hook).Annotations?.String(PackagesApi.HookAnnotation) ?? "").Split(',', StringSplitOptions.TrimEntries).Contains(moment);

    private JsonObject RunOf(JsonObject hook, string moment, long revision)
    {
        var run = new KubeObject((JsonObject)hook.DeepClone());
        byte[] known = SHA256.HashData(Encoding.UTF8.GetBytes($"{installation.Object.Uid} {run.Name} {moment} {revision}"));
        run.Name = $"{(run.Name.Length > 50 ? run.Name[..50].TrimEnd('-') : run.Name)}-{Convert.ToHexStringLower(known)[..8]}";
        run.Metadata.ObjectOrNew("labels")[RunLabel] = installation.Name;
        return run.Json;
    }

    private static StepOutcome Judge(KubeObject job, string moment)
    {
        foreach (JsonObject condition in (job.Status?.Array("conditions") ?? []).OfType<JsonObject>().Where(condition => condition.String("status") == "True"))
        {
            if (condition.String("type") == "Complete")
                return StepOutcome.Done;
            if (condition.String("type") == "Failed")
                return StepOutcome.Failed($"{moment}, Job {job.Name}, failed: {condition.String("message") ?? condition.String("reason")}; its pods are left, 'kubectl logs job/{job.Name}' says more");
        }

        return StepOutcome.Waits($"runs {moment}, Job {job.Name}");
    }
}
