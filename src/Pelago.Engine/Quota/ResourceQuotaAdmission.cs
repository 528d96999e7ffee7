// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Pelago.Engine.Admission;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Quota;

/// <summary>
/// Refuses what exceeds a ResourceQuota of its namespace and charges the rest to it; the last plugin, so that nothing is charged that another
/// one refuses (apiserver pkg/admission/plugin/resourcequota). What was charged and then not stored is given back by the recalculation.
/// </summary>
internal sealed class ResourceQuotaAdmission(IRevisionStore store, TimeProvider time) : IAdmissionPlugin
{
    private readonly IResourceStore _quotas = store.Resource("resourcequotas");
    private readonly ConcurrentDictionary<string, NamespaceLedger> _ledgers = [];

    public bool Handles(AdmissionRequest request) =>
        request.Namespace.Length > 0 && request.Subresource.Length == 0 && (request.IsCreate || (request.IsUpdate && IsCountedOnUpdate(request)))
        && _quotas.Current is { Count: > 0 } quotas && quotas.Scan(request.Namespace).Any();

    public async ValueTask<ApiStatus?> ValidateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        GroupResource resource = request.Resource.GroupResource;
        KubeObject item = request.Object!.Value;
        DateTimeOffset now = time.GetUtcNow();
        QuotaAmounts usage = QuotaUsage.Of(resource, item, now);
        if (request.Old is { } old)
        {
            usage = usage.GrowthSince(QuotaUsage.Of(resource, old, now));
            if (usage.Names.Count == 0)
                return null;
        }

        bool isNewPod = request.IsCreate && request.IsAbout("", "pods");
        NamespaceLedger ledger = _ledgers.GetOrAdd(request.Namespace, static (ns, quotas) => new NamespaceLedger(quotas, ns), _quotas);
        string? refused = await ledger.ChargeAsync(new QuotaCharge(resource, item, usage, isNewPod, request.DryRun), cancel);
        return refused is null ? null : request.Forbid(refused);
    }

    /// <summary>Only these can grow after their creation.</summary>
    private static bool IsCountedOnUpdate(AdmissionRequest request) => request.IsAbout("", "services") || request.IsAbout("", "persistentvolumeclaims");
}
