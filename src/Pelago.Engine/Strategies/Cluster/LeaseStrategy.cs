// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Strategies.Cluster;

/// <summary>Leases (kubernetes pkg/apis/coordination/validation).</summary>
internal sealed class LeaseStrategy : ResourceStrategy
{
    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (subject.Spec?.Integer("leaseDurationSeconds") is <= 0 and { } duration)
            errors.Invalid("spec.leaseDurationSeconds", duration, "must be greater than 0");
        if (subject.Spec?.Integer("leaseTransitions") is < 0 and { } transitions)
            errors.Invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0");
    }
}
