// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Strategies.Cluster;

/// <summary>RuntimeClasses: the handler is for ever.</summary>
internal sealed class RuntimeClassStrategy : ResourceStrategy
{
    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        string handler = subject.Json.String("handler") ?? "";
        foreach (string complaint in NameRules.Dns1123Label(handler))
            errors.Invalid("handler", handler, complaint);
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        if (updated.Json.String("handler") != old.Json.String("handler"))
            errors.Invalid("handler", updated.Json.String("handler"), "field is immutable");
    }
}
