// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Quota;

/// <summary>One write that uses quota, until it is decided.</summary>
/// <param name="Usage">What it adds; never empty.</param>
/// <param name="IsNewPod">Then its containers must say what they ask for.</param>
internal sealed record QuotaCharge(GroupResource Resource, KubeObject Item, QuotaAmounts Usage, bool IsNewPod, bool DryRun)
{
    /// <summary>Null: it fits. Else why not.</summary>
    public TaskCompletionSource<string?> Decision { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Decides over all quotas that concern it, and charges them when all have room.</summary>
    public string? Settle(IReadOnlyList<QuotaState> quotas)
    {
        QuotaState[] concerned = [.. quotas.Where(quota => quota.Concerns(Resource, Item, Usage))];
        foreach (QuotaState quota in concerned)
        {
            string? refused = IsNewPod && Item.Spec is { } spec ? quota.Unsaid(spec) : null;
            refused ??= quota.Exceeds(Usage);
            if (refused is not null)
                return refused;
        }

        if (!DryRun)
        {
            foreach (QuotaState quota in concerned)
                quota.Charge(Usage);
        }

        return null;
    }
}
