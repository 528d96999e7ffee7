// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Cluster;

/// <summary>Namespaces: kept by <c>spec.finalizers</c> until their content is gone; Terminating from the moment of the delete.</summary>
internal sealed class NamespaceStrategy : ResourceStrategy
{
    private const string ContentFinalizer = "kubernetes";
    private const string PodSecurityPrefix = "pod-security.kubernetes.io/";
    private const string PodSecurityIsNotEnforced =
        PodSecurityPrefix + "* labels are kept, but this engine does not enforce the pod security standards";

    public override void PrepareForCreate(StrategyContext context, KubeObject created)
    {
        created.Json["status"] = new JsonObject { ["phase"] = "Active" };
        JsonObject spec = created.Json.ObjectOrNew("spec");
        JsonArray finalizers = spec.Array("finalizers") ?? [];
        if (!finalizers.Any(finalizer => finalizer?.ToString() == ContentFinalizer))
            finalizers.Add(JsonValue.Create(ContentFinalizer));
        spec["finalizers"] ??= finalizers;
        Warn(context, created, null);
    }

    public override void PrepareForUpdate(StrategyContext context, KubeObject updated, KubeObject old)
    {
        if (context.Subresource.Length == 0)
            Warn(context, updated, old);
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

    /// <summary>Who sets a level relies on it; on an update only what is new.</summary>
    private static void Warn(StrategyContext context, KubeObject subject, KubeObject? old)
    {
        foreach ((string label, JsonNode? level) in subject.Labels ?? [])
        {
            if (!label.StartsWith(PodSecurityPrefix, StringComparison.Ordinal) || JsonNode.DeepEquals(old?.Labels?[label], level))
                continue;
            context.Warnings.Add(PodSecurityIsNotEnforced);
            return;
        }
    }
}
