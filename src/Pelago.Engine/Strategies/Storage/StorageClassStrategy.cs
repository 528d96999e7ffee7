// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Storage;

/// <summary>StorageClasses.</summary>
internal sealed class StorageClassStrategy : ResourceStrategy
{
    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        string provisioner = subject.Json.String("provisioner") ?? "";
        if (provisioner.Length == 0)
            errors.Required("provisioner");
        foreach (string complaint in provisioner.Length == 0 ? [] : NameRules.QualifiedName(provisioner.ToLowerInvariant()))
            errors.Invalid("provisioner", provisioner, complaint);
        if (subject.Json.String("reclaimPolicy") is { Length: > 0 } policy and not ("Delete" or "Retain"))
            errors.NotSupported("reclaimPolicy", policy, "Delete", "Retain");
        if (subject.Json.String("volumeBindingMode") is { } mode and not ("Immediate" or "WaitForFirstConsumer"))
            errors.NotSupported("volumeBindingMode", mode, "Immediate", "WaitForFirstConsumer");
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        foreach (string field in (ReadOnlySpan<string>)["parameters", "provisioner", "reclaimPolicy"])
        {
            if (!JsonNode.DeepEquals(updated.Json[field], old.Json[field]))
                errors.Forbidden(field, $"updates to {field} are forbidden.");
        }

        if (updated.Json.String("volumeBindingMode") != old.Json.String("volumeBindingMode"))
            errors.Invalid("volumeBindingMode", updated.Json.String("volumeBindingMode"), "field is immutable");
    }
}
