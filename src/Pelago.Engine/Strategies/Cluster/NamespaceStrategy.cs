// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Cluster;

/// <summary>Namespaces: kept by <c>spec.finalizers</c> until their content is gone; Terminating from the moment of the delete.</summary>
internal sealed class NamespaceStrategy : ResourceStrategy
{
    private const string ContentFinalizer = "kubernetes";

    public override void PrepareForCreate(StrategyContext context, KubeObject created)
    {
        created.Json["status"] = new JsonObject { ["phase"] = "Active" };
        JsonObject spec = created.Json.ObjectOrNew("spec");
        JsonArray finalizers = spec.Array("finalizers") ?? [];
        if (!finalizers.Any(finalizer => finalizer?.ToString() == ContentFinalizer))
            finalizers.Add(JsonValue.Create(ContentFinalizer));
        spec["finalizers"] ??= finalizers;
    }

    public override bool HoldsDeletion(KubeObject subject) => subject.Spec?.Array("finalizers") is { Count: > 0 };

    public override void MarkDeleting(KubeObject subject) => subject.Json.ObjectOrNew("status")["phase"] = "Terminating";

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        JsonArray finalizers = subject.Spec?.Array("finalizers") ?? [];
        for (int i = 0; i < finalizers.Count; i++)
        {
            string finalizer = finalizers[i]?.ToString() ?? "";
            foreach (string complaint in NameRules.QualifiedName(finalizer))
                errors.Invalid($"spec.finalizers[{i}]", finalizer, complaint);
            if (!finalizer.Contains('/', StringComparison.Ordinal) && finalizer is not (ContentFinalizer or "orphan" or "foregroundDeletion"))
                errors.Invalid($"spec.finalizers[{i}]", finalizer, "name is neither a standard finalizer name nor is it fully qualified");
        }
    }
}
