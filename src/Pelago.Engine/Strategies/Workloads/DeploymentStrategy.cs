// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Workloads;

/// <summary>Deployments (kubernetes pkg/apis/apps/validation/validation.go).</summary>
internal sealed class DeploymentStrategy : ResourceStrategy
{
    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (context.Subresource.Length > 0)
            return;
        JsonObject? spec = subject.Spec;
        TemplateRules.NotNegative(spec, "replicas", "spec", errors);
        TemplateRules.Validate(subject, "empty selector is invalid for deployment", errors);
        ValidateRollout(spec?.Object("strategy"), errors);
        foreach (string field in (ReadOnlySpan<string>)["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"])
            TemplateRules.NotNegative(spec, field, "spec", errors);
        if (spec?.Integer("progressDeadlineSeconds") is { } deadline && deadline <= (spec.Integer("minReadySeconds") ?? 0))
            errors.Invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors) =>
        TemplateRules.ValidateSelectorUnchanged(updated, old, errors);

    private static void ValidateRollout(JsonObject? strategy, FieldErrors errors)
    {
        const string path = "spec.strategy";
        JsonObject? rolling = strategy?.Object("rollingUpdate");
        switch (strategy?.String("type"))
        {
            case "Recreate":
                if (rolling is not null)
                    errors.Forbidden($"{path}.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
                break;
            case "RollingUpdate":
                if (rolling is null)
                    errors.Required($"{path}.rollingUpdate", "this should be defaulted and never be nil");
                else
                    RollingRules.Validate(rolling, $"{path}.rollingUpdate", errors);
                break;
            case var other:
                string shown = $"apps.DeploymentStrategy{{Type:{GoText.Quote(other ?? "")}, RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}}";
                errors.NotSupported(path, new GoSyntax(shown), "Recreate", "RollingUpdate");
                break;
        }
    }
}
