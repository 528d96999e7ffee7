// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Makes, deletes and lets go the pods of Jobs.</summary>
internal sealed class JobPods(ControllerContext context, EventRecorder events, Expectations expectations)
{
    private const int Burst = 500;
    private readonly PodControl _control = new(context.Api, events);

    /// <summary>
    /// Creates up to <paramref name="count"/> pods; of an Indexed Job those of the lowest indexes that nobody works on
    /// and that need not wait.
    /// </summary>
    public async Task<ApiStatus?> CreateAsync(Owner owner, JobState state, int count, CancellationToken cancel)
    {
        byte[][] pods = [.. Wanted(owner, state, Math.Min(count, Burst), context.Now)];
        expectations.ExpectCreations(owner.Key, pods.Length);
        (int done, ApiStatus? error) = await SlowStart.RunAsync(pods.Length, async at =>
        {
            ApiStatus? refused = await _control.CreateAsync(owner, pods[at], cancel);
            return refused is not null && PodControl.IsNamespaceTerminating(refused) ? refused with { Code = 0 } : refused;
        });
        for (int i = done; i < pods.Length; i++)
            expectations.CreationObserved(owner.Key);
        return error is { Code: 0 } ? null : error;
    }

    public Task<ApiStatus?> DeleteAsync(Owner owner, IReadOnlyCollection<PodSummary> victims, CancellationToken cancel) =>
        _control.DeleteAllAsync(owner, [.. victims], expectations, cancel);

    /// <summary>Takes the tracking finalizer off: the pod is counted and may go. The uids for which that worked.</summary>
    public async Task<(HashSet<string> Released, ApiStatus? Error)> ReleaseAsync(IEnumerable<PodSummary> pods, CancellationToken cancel)
    {
        var released = new HashSet<string>(StringComparer.Ordinal);
        ApiStatus? error = null;
        byte[] patch = KubeJson.ToUtf8(new JsonObject
        {
            ["metadata"] = new JsonObject { ["$deleteFromPrimitiveList/finalizers"] = new JsonArray(JobRules.TrackingFinalizer) },
        });
        foreach (PodSummary[] batch in pods.Chunk(Burst))
        {
            ApiStatus?[] results = await Task.WhenAll(batch.Select(async pod =>
                (await context.Api.PatchAsync(new ResourcePath(PodControl.Pods, pod.Key.Namespace, pod.Key.Name), PatchType.StrategicMerge, patch, WriteQuery.None, cancel)).Error));
            for (int i = 0; i < batch.Length; i++)
            {
                if (results[i] is null or { IsNotFound: true })
                    released.Add(batch[i].Uid);
                else
                    error = results[i];
            }
        }
        return (released, error);
    }

    private static IEnumerable<byte[]> Wanted(Owner owner, JobState state, int count, DateTimeOffset now)
    {
        if (state.Indexes is null)
        {
            byte[] pod = KubeJson.ToUtf8(NewPod(owner, state.Job));
            return Enumerable.Repeat(pod, count);
        }
        return state.PendingIndexes(count).Where(index => state.Retries is null || state.Retries.Left(index, now) == TimeSpan.Zero)
            .Select(index => KubeJson.ToUtf8(Counted(Indexed(NewPod(owner, state.Job), owner.Name, index), state.Retries, index)));
    }

    private static JsonObject NewPod(Owner owner, V1Job job)
    {
        JsonObject pod = PodTemplates.NewPod(job.Spec.Template, owner);
        JsonObject metadata = pod.ObjectOrNew("metadata");
        metadata["finalizers"] = new JsonArray([.. (metadata.Array("finalizers") ?? []).Select(name => name!.DeepClone()), (JsonNode)JobRules.TrackingFinalizer]);
        return pod;
    }

    private static JsonObject Indexed(JsonObject pod, string job, int index)
    {
        JsonObject metadata = pod.ObjectOrNew("metadata");
        metadata["generateName"] = $"{job}-{index}-";
        metadata.ObjectOrNew("annotations")[JobRules.IndexAnnotation] = index.ToString();
        metadata.ObjectOrNew("labels")[JobRules.IndexAnnotation] = index.ToString();
        JsonObject spec = pod.ObjectOrNew("spec");
        spec["hostname"] = $"{job}-{index}";
        foreach (string list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            foreach (JsonObject container in (spec.Array(list) ?? []).OfType<JsonObject>())
                AddIndexVariable(container);
        }
        return pod;
    }

    private static JsonObject Counted(JsonObject pod, IndexRetries? retries, int index)
    {
        if (retries is null)
            return pod;
        (int failures, int ignored) = retries.CountsFor(index);
        JsonObject annotations = pod.ObjectOrNew("metadata").ObjectOrNew("annotations");
        annotations[IndexRetries.FailureCount] = failures.ToString();
        if (ignored > 0)
            annotations[IndexRetries.IgnoredFailureCount] = ignored.ToString();
        return pod;
    }

    private static void AddIndexVariable(JsonObject container)
    {
        JsonArray env = container.Array("env") ?? [];
        if (env.OfType<JsonObject>().Any(variable => variable.String("name") == "JOB_COMPLETION_INDEX"))
            return;
        env.Add((JsonNode)new JsonObject
        {
            ["name"] = "JOB_COMPLETION_INDEX",
            ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = $"metadata.annotations['{JobRules.IndexAnnotation}']" } },
        });
        container["env"] = env.Parent is null ? env : env.DeepClone();
    }
}
