// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Admission;

/// <summary>
/// Every pod runs as a ServiceAccount that is there, and has its token mounted unless it says otherwise (upstream
/// plugin/pkg/admission/serviceaccount).
/// </summary>
internal sealed class ServiceAccountAdmission(IRevisionStore store, TimeProvider time) : IAdmissionPlugin
{
    private const string DefaultName = "default";
    private const string MirrorAnnotation = "kubernetes.io/config.mirror";

    // A new namespace gets its default account a moment after it was made; the first pod may be faster.
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(1.5);
    private readonly IResourceStore _accounts = store.Resource("serviceaccounts");

    public bool Handles(AdmissionRequest request) => request.IsCreate && request.IsAbout("", "pods");

    public async ValueTask<ApiStatus?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        KubeObject pod = request.Object!.Value;

        // the API's image of a pod that a node runs from a file: it may not use what only the API gives
        if (pod.Annotations?.ContainsKey(MirrorAnnotation) == true)
            return pod.Spec?.String("serviceAccountName") is { Length: > 0 } ? request.Forbid("a mirror pod may not reference service accounts") : null;
        JsonObject spec = pod.Json.ObjectOrNew("spec");
        string name = spec.String("serviceAccountName") is { Length: > 0 } said ? said
            : spec.String("serviceAccount") is { Length: > 0 } legacy ? legacy : DefaultName;
        spec["serviceAccountName"] = name;
        spec["serviceAccount"] = name;
        var key = new ObjectKey(request.Namespace, name);
        StoredObject? account = _accounts.Current.Get(key);
        if (account is null && name == DefaultName)
            account = await WaitAsync(key, cancel);
        if (account is null)
            return request.Forbid($"error looking up service account {key}: serviceaccount {GoText.Quote(name)} not found");
        Mount(spec, KubeObject.Parse(account.Json));
        return null;
    }

    private static void Mount(JsonObject spec, KubeObject account)
    {
        if (spec.Boolean("automountServiceAccountToken") ?? account.Json.Boolean("automountServiceAccountToken") ?? true)
            TokenVolume.Mount(spec);
        if ((spec.Array("imagePullSecrets")?.Count ?? 0) == 0 && account.Json.Array("imagePullSecrets") is { Count: > 0 } secrets)
            spec["imagePullSecrets"] = secrets.DeepClone();
    }

    private async Task<StoredObject?> WaitAsync(ObjectKey key, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(DefaultPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            Snapshot snapshot = _accounts.Current;
            using IWatchCursor events = _accounts.Watch(snapshot.Revision);
            while (snapshot.Get(key) is null)
            {
                while (events.TryRead(out _))
                {
                }

                if (_accounts.Current.Get(key) is { } made)
                    return made;
                await events.WaitAsync(either.Token);
                snapshot = _accounts.Current;
            }

            return snapshot.Get(key);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
        catch (WatchLaggedException)
        {
            return _accounts.Current.Get(key);
        }
    }
}
