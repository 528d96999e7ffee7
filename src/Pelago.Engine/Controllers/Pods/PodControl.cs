// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Creates and deletes pods for their controllers, and tells of it in Events as upstream's RealPodControl does.</summary>
internal sealed class PodControl(IKubeApi api, EventRecorder events)
{
    public static readonly GroupVersionResource Pods = new("", "v1", "pods");

    /// <summary>Null when the pod was created; the caller's expectations are the caller's.</summary>
    public async Task<ApiStatus?> CreateAsync(Owner owner, ReadOnlyMemory<byte> pod, CancellationToken cancel)
    {
        ApiResult made = await api.CreateAsync(new ResourcePath(Pods, owner.Namespace), pod, WriteQuery.None, cancel);
        if (made.Error is { } error)
        {
            if (!IsNamespaceTerminating(error))
                events.Warning(owner.ForEvents(), "FailedCreate", $"Error creating: {error.Message}");
            return error;
        }
        events.Normal(owner.ForEvents(), "SuccessfulCreate", $"Created pod: {ObjectIdentity.Read(made.Body.Span).Key.Name}");
        return null;
    }

    /// <summary>Null when the pod is gone or going.</summary>
    public async Task<ApiStatus?> DeleteAsync(Owner owner, PodSummary pod, CancellationToken cancel)
    {
        ApiResult done = await api.DeleteAsync(new ResourcePath(Pods, pod.Key.Namespace, pod.Key.Name), new DeleteQuery { Uid = pod.Uid }, cancel);
        if (done.Error is { IsNotFound: true } or { IsConflict: true })
            return done.Error;
        if (done.Error is { } error)
        {
            events.Warning(owner.ForEvents(), "FailedDelete", $"Error deleting: {error.Message}");
            return error;
        }
        events.Normal(owner.ForEvents(), "SuccessfulDelete", $"Deleted pod: {pod.Key.Name}");
        return null;
    }

    /// <summary>Deletes pods that <paramref name="expectations"/> are told of, a bounded number at a time; the first refusal, null when none is left.</summary>
    public async Task<ApiStatus?> DeleteAllAsync(Owner owner, IReadOnlyList<PodSummary> victims, Expectations expectations, CancellationToken cancel)
    {
        expectations.ExpectDeletions(owner.Key, victims.Select(pod => pod.Uid));
        ApiStatus?[] results = await SlowStart.AllAsync(victims.Count, async i =>
        {
            ApiStatus? error = await DeleteAsync(owner, victims[i], cancel);
            if (error is not null)
                expectations.DeletionObserved(owner.Key, victims[i].Uid);
            return error is { IsNotFound: true } or { IsConflict: true } ? null : error;
        });
        return results.FirstOrDefault(result => result is not null);
    }

    /// <summary>Nothing can be created there any more, and that is as it should be.</summary>
    public static bool IsNamespaceTerminating(ApiStatus error) => error.Causes.Any(cause => cause.Reason == "NamespaceTerminating");
}
