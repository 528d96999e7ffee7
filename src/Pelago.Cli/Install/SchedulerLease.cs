// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Install;

/// <summary>
/// Whether a scheduler that runs has taken its Lease: a holder may be a pod that ended without giving it back. Its pods hold it by their names; one that
/// was given another identity is seen to run by renewing.
/// </summary>
internal sealed class SchedulerLease(HttpKubeApi cluster)
{
    private (string Holder, string Renewed)? _seen;

    /// <summary>One look; the last one is kept.</summary>
    public async Task<bool> IsHeldAsync(CancellationToken cancel)
    {
        ApiResult answer = await cluster.GetRawAsync($"/apis/coordination.k8s.io/v1/namespaces/{NodeApi.Namespace}/leases/{NodeApi.Scheduler}", cancel);
        if (answer.Error is { IsNotFound: true })
            return false;
        JsonObject spec = KubeJson.ParseObject(answer.BodyOrThrow()).Object("spec") ?? [];
        if (spec.String("holderIdentity") is not { Length: > 0 } holder)
            return false;
        ApiResult list = await cluster.GetRawAsync(InstalledPods.Url(NodeApi.Scheduler), cancel);
        if (InstalledPods.Items(list.BodyOrThrow()).FirstOrDefault(pod => InstalledPods.NameOf(pod) == holder) is { } pod)
            return !InstalledPods.IsLeaving(pod) && pod.Object("status")?.String("phase") == "Running";
        (string Holder, string Renewed) now = (holder, spec.String("renewTime") ?? "");
        bool renews = _seen is { } before && before.Holder == holder && before.Renewed != now.Renewed;
        _seen = now;
        return renews;
    }
}
