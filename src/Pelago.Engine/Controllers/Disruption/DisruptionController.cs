// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Works out how many pods of each PodDisruptionBudget may be evicted now (pkg/controller/disruption).</summary>
internal sealed class DisruptionController : IController
{
    /// <summary>An eviction that was allowed and did not happen within this time is forgotten.</summary>
    private static readonly TimeSpan DeletionTimeout = TimeSpan.FromMinutes(2);
    private readonly ControllerContext _context;
    private readonly Informer<V1PodDisruptionBudget> _budgets;
    private readonly PodScales _scales;
    private readonly EventRecorder _events;
    private readonly Controller<ObjectKey> _loop;

    public DisruptionController(ControllerContext context)
    {
        _context = context;
        _budgets = context.Of<V1PodDisruptionBudget>();
        _scales = new PodScales(context);
        _events = context.Events("controllermanager");
        _loop = context.Controller("disruption-controller", [_budgets, context.Pods, .. _scales.Informers], ReconcileAsync);
        _budgets.AddHandler(change => _loop.Queue.Add(change.Key));
        context.Pods.AddHandler(change =>
        {
            foreach (V1PodDisruptionBudget budget in _budgets.Cache.ByIndex(PodIndexes.Namespace, change.Key.Namespace))
            {
                LabelSelector selector = budget.Spec.Selector.ToSelector();
                if (selector.Matches(change.Latest.Labels) || (change.Old is { } old && selector.Matches(old.Labels)))
                    _loop.Queue.Add(new ObjectKey(change.Key.Namespace, budget.Metadata.Name));
            }
        });
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_budgets.Cache.Get(key) is not { } budget)
            return ReconcileResult.Done;
        LabelSelector selector = budget.Spec.Selector.ToSelector();
        PodSummary[] all = _context.Pods.Cache.ByIndex(PodIndexes.Namespace, key.Namespace);
        PodSummary[] pods = [.. all.Where(pod => selector.Matches(pod.Labels))];
        TimeSpan rest = ReconcileResult.RestAfter(pods.Length, all.Length);
        if (pods.Length == 0)
            _events.Normal(Owner.Of(_context.Client.Of<V1PodDisruptionBudget>().Type, budget).ForEvents(), "NoPods", "No matching pods found");
        (int expected, int desired, ApiStatus? error) = await ExpectedAsync(budget, pods, cancel);
        if (error is not null)
            return ReconcileResult.Failed(error) with { Rest = rest };
        (Dictionary<string, DateTime> disrupted, TimeSpan? again) = Disrupted(budget, pods);
        int healthy = pods.Count(pod => pod is { IsReady: true, IsDeleting: false } && !disrupted.ContainsKey(pod.Key.Name));
        int allowed = expected <= 0 ? 0 : Math.Max(0, healthy - desired);
        ApiStatus? unwritten = await WriteAsync(budget, new V1PodDisruptionBudgetStatus
        {
            CurrentHealthy = healthy, DesiredHealthy = desired, ExpectedPods = expected, DisruptionsAllowed = allowed,
            DisruptedPods = disrupted.Count == 0 ? null : disrupted.ToDictionary(pair => pair.Key, pair => (DateTime?)pair.Value, StringComparer.Ordinal),
            ObservedGeneration = budget.Metadata.Generation, Conditions = Conditions(budget, allowed > 0),
        }, cancel);
        ReconcileResult result = unwritten is not null ? ReconcileResult.Failed(unwritten) : again is { } wait ? ReconcileResult.Again(wait) : ReconcileResult.Done;
        return result with { Rest = rest };
    }

    private async Task<(int Expected, int Desired, ApiStatus? Error)> ExpectedAsync(V1PodDisruptionBudget budget, PodSummary[] pods, CancellationToken cancel)
    {
        k8s.Models.IntOrString? minAvailable = budget.Spec.MinAvailable;
        if (budget.Spec.MaxUnavailable is { } maxUnavailable)
        {
            (int scale, ApiStatus? unscaled) = await _scales.SumAsync(pods, cancel);
            return (scale, Math.Max(0, scale - RolloutMath.Scaled(maxUnavailable, scale, roundUp: true, "0")), unscaled);
        }
        if (minAvailable?.Value.EndsWith('%') != true)
            return (pods.Length, RolloutMath.Scaled(minAvailable, pods.Length, roundUp: true, "1"), null);
        (int expected, ApiStatus? error) = await _scales.SumAsync(pods, cancel);
        return (expected, RolloutMath.Scaled(minAvailable, expected, roundUp: true, "1"), error);
    }

    /// <summary>Evictions that the API server allowed and whose deletion has not been seen yet.</summary>
    private (Dictionary<string, DateTime> Disrupted, TimeSpan? Again) Disrupted(V1PodDisruptionBudget budget, PodSummary[] pods)
    {
        var kept = new Dictionary<string, DateTime>(StringComparer.Ordinal);
        TimeSpan? again = null;
        foreach (KeyValuePair<string, DateTime?> entry in budget.Status?.DisruptedPods ?? new Dictionary<string, DateTime?>())
        {
            if (entry.Value is not { } at || !pods.Any(pod => pod.Key.Name == entry.Key && !pod.IsDeleting))
                continue;
            TimeSpan left = at + DeletionTimeout - _context.Now.UtcDateTime;
            if (left <= TimeSpan.Zero)
                continue;
            kept[entry.Key] = at;
            again = again is { } known && known < left ? known : left;
        }
        return (kept, again);
    }

    private V1Condition[] Conditions(V1PodDisruptionBudget budget, bool allowed)
    {
        const string Type = "DisruptionAllowed";
        string status = allowed ? "True" : "False";
        V1Condition? present = budget.Status?.Conditions?.FirstOrDefault(condition => condition.Type == Type);
        return
        [
            .. (budget.Status?.Conditions ?? []).Where(condition => condition.Type != Type),
            new V1Condition
            {
                Type = Type, Status = status, Reason = allowed ? "SufficientPods" : "InsufficientPods", Message = "", ObservedGeneration = budget.Metadata.Generation,
                LastTransitionTime = present?.Status == status ? present.LastTransitionTime : _context.NowSeconds,
            },
        ];
    }

    private async Task<ApiStatus?> WriteAsync(V1PodDisruptionBudget budget, V1PodDisruptionBudgetStatus status, CancellationToken cancel)
    {
        if (budget.Status is not null && ModelJson.Encode(budget.Status).AsSpan().SequenceEqual(ModelJson.Encode(status)))
            return null;
        ApiResult<V1PodDisruptionBudget> written = await _context.Client.Of<V1PodDisruptionBudget>().UpdateStatusAsync(
            budget.Metadata.NamespaceProperty, budget.Metadata.Name, budget with { Status = status }, cancel);
        return written.Error is { IsNotFound: true } ? null : written.Error;
    }
}
