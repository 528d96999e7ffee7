// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Eviction;

/// <summary>
/// Whether a pod may go, as far as budgets are concerned. <paramref name="Spared"/> names the budget that was not asked to pay because the pod was
/// not ready: that holds only as long as the pod stays as it was judged.
/// </summary>
internal readonly record struct BudgetVerdict(ApiStatus? Refused = null, string? Spared = null);
