// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Workloads;

/// <summary>DaemonSets.</summary>
internal sealed class DaemonSetStrategy : ResourceStrategy
{
    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (context.Subresource.Length > 0)
            return;
        JsonObject? spec = subject.Spec;
        errors.Cover("spec.selector");
        TemplateRules.Validate(subject, "empty selector is invalid for daemonset", errors);
        TemplateRules.NotNegative(spec, "minReadySeconds", "spec", errors);
        TemplateRules.NotNegative(spec, "revisionHistoryLimit", "spec", errors);
        JsonObject? strategy = spec?.Object("updateStrategy");
        string type = strategy?.String("type") ?? "";
        if (type is not ("RollingUpdate" or "OnDelete"))
        {
            string shown = $"apps.DaemonSetUpdateStrategy{{Type:{GoText.Quote(type)}, RollingUpdate:(*apps.RollingUpdateDaemonSet)(nil)}}";
            errors.NotSupported("spec.updateStrategy", new GoSyntax(shown), "RollingUpdate", "OnDelete");
        }
        else if (type == "RollingUpdate" && strategy!.Object("rollingUpdate") is { } rolling)
        {
            RollingRules.ValidateOneOf(rolling, "spec.updateStrategy.rollingUpdate", errors);
        }
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors) =>
        TemplateRules.ValidateSelectorUnchanged(updated, old, errors);
}
