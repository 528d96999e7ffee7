// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Eviction;

/// <summary>
/// Spends the disruptions that PodDisruptionBudgets allow: one less for each eviction, noted with the pod's name so that the disruption
/// controller does not give it back before the pod is gone.
/// </summary>
internal sealed class DisruptionLedger(IRevisionStore store, IKubeApi api, TimeProvider time)
{
    private const int MostDisruptedPods = 2000;

    // other evictions and the controller write the same status
    private const int MostAttempts = 20;
    private const string Refusal = "Cannot evict pod as it would violate the pod's disruption budget.";
    private static readonly GroupVersionResource Budgets = new("policy", "v1", "poddisruptionbudgets");
    private readonly IResourceStore _budgets = store.Resource(Budgets.GroupResource.ToString());

    /// <summary>A dry run spends nothing.</summary>
    public async Task<BudgetVerdict> SpendAsync(KubeObject pod, bool dryRun, CancellationToken cancel)
    {
        for (int attempt = 0; ; attempt++)
        {
            KubeObject[] protecting = [.. _budgets.Current.Scan(pod.Namespace).Select(stored => KubeObject.Parse(stored.Json)).Where(budget => Selects(budget, pod))];
            switch (protecting.Length)
            {
                case 0:
                    return default;
                case > 1:
                    return new BudgetVerdict(new ApiStatus
                    {
                        Code = 500, Reason = "", Message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
                    });
            }

            KubeObject budget = protecting[0];
            if (!IsReady(pod) && MayGoUnready(budget))
                return new BudgetVerdict(Spared: budget.Name);
            if (Check(budget) is { } refused)
                return new BudgetVerdict(refused);
            if (dryRun)
                return default;
            Spend(budget, pod.Name);
            var path = new ResourcePath(Budgets, budget.Namespace, budget.Name, "status");
            ApiResult written = await api.UpdateAsync(path, budget.ToUtf8(), WriteQuery.None, cancel);
            if (written.Error is not { } error)
                return default;
            bool changed = error.IsConflict || error.IsNotFound;
            if (!changed || attempt == MostAttempts)
                return new BudgetVerdict(changed ? StillProcessed(budget.Name) : error);
        }
    }

    /// <summary>What a client that tries again later will not hear any more.</summary>
    public static ApiStatus StillProcessed(string budget) => Refuse($"The disruption budget {budget} is still being processed by the server.", retryAfter: 10);

    private static ApiStatus? Check(KubeObject budget)
    {
        JsonObject? status = budget.Status;
        if ((status?.Integer("observedGeneration") ?? 0) < budget.Generation)
            return StillProcessed(budget.Name);
        var resource = new GroupResource("policy", "poddisruptionbudgets");
        long allowed = status?.Integer("disruptionsAllowed") ?? 0;
        if (allowed < 0)
            return ApiStatus.Forbidden(resource, budget.Name, "pdb disruptions allowed is negative");
        if (status?.Object("disruptedPods")?.Count > MostDisruptedPods)
            return ApiStatus.Forbidden(resource, budget.Name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
        if (allowed > 0)
            return null;
        string counts = string.Create(
            CultureInfo.InvariantCulture, $"needs {status?.Integer("desiredHealthy") ?? 0} healthy pods and has {status?.Integer("currentHealthy") ?? 0} currently");
        return Refuse($"The disruption budget {budget.Name} {counts}", retryAfter: 0);
    }

    private static ApiStatus Refuse(string cause, int retryAfter) =>
        ApiStatus.TooManyRequests(Refusal, retryAfter) with { Causes = [new StatusCause("DisruptionBudget", cause)] };

    private void Spend(KubeObject budget, string pod)
    {
        JsonObject status = budget.Json.ObjectOrNew("status");
        long left = (status.Integer("disruptionsAllowed") ?? 0) - 1;
        string now = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        status["disruptionsAllowed"] = left;
        status.ObjectOrNew("disruptedPods")[pod] = now;
        if (left > 0 || status.Array("conditions") is not { } conditions)
            return;
        foreach (JsonObject condition in conditions.OfType<JsonObject>().Where(item => item.String("type") == "DisruptionAllowed" && item.String("status") == "True"))
        {
            condition["status"] = "False";
            condition["reason"] = "InsufficientPods";
            condition["lastTransitionTime"] = now;
        }
    }

    /// <summary>A pod that is not ready costs its budget nothing; whether it may go although the budget is short is the budget's own choice.</summary>
    private static bool MayGoUnready(KubeObject budget)
    {
        if (budget.Spec?.String("unhealthyPodEvictionPolicy") == "AlwaysAllow")
            return true;
        long healthy = budget.Status?.Integer("currentHealthy") ?? 0, desired = budget.Status?.Integer("desiredHealthy") ?? 0;
        return desired > 0 && healthy >= desired;
    }

    private static bool IsReady(KubeObject pod) =>
        (pod.Status?.Array("conditions") ?? []).OfType<JsonObject>().Any(item => item.String("type") == "Ready" && item.String("status") == "True");

    private static bool Selects(KubeObject budget, KubeObject pod) =>
        LabelSelector.TryRead(budget.Spec?.Object("selector"), out LabelSelector? selector, out _) && selector.Matches(pod.Labels);
}
