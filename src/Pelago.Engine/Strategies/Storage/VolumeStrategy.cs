// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Storage;

/// <summary>PersistentVolumes: where they lie cannot change.</summary>
internal sealed class VolumeStrategy : ResourceStrategy
{
    private static readonly string[] NoSources =
    [
        "accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity", "persistentVolumeReclaimPolicy", "storageClassName",
        "volumeAttributesClassName", "volumeMode",
    ];

    public override void PrepareForCreate(StrategyContext context, KubeObject created) =>
        created.Json["status"] = new JsonObject { ["phase"] = "Pending", ["lastPhaseTransitionTime"] = MetaTime.Format(context.Now) };

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (context.Subresource.Length > 0)
            return;
        JsonObject spec = subject.Spec ?? [];
        ClaimStrategy.ValidateModes(spec, "", errors);
        JsonObject? capacity = spec.Object("capacity");
        if (capacity is not { Count: > 0 })
            errors.Required("spec.capacity");
        if (capacity?.ContainsKey("storage") != true || capacity.Count > 1)
            errors.NotSupported("spec.capacity", new GoSyntax(capacity is null ? "core.ResourceList(nil)" : "core.ResourceList{}"), "storage");
        string[] sources = [.. Source(spec).Select(field => field.Key)];
        if (sources.Length == 0)
            errors.Required("spec", "must specify a volume type");
        foreach (string more in sources.Skip(1))
            errors.Forbidden($"spec.{more}", "may not specify more than 1 volume type");
        if (spec.String("persistentVolumeReclaimPolicy") is { Length: > 0 } policy and not ("Delete" or "Recycle" or "Retain"))
            errors.NotSupported("spec.persistentVolumeReclaimPolicy", policy, "Delete", "Recycle", "Retain");
        if (spec.Object("local") is not null && spec.Object("nodeAffinity") is null)
            errors.Required("spec.nodeAffinity", "Local volume requires node affinity");
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(Source(updated.Spec ?? []), Source(old.Spec ?? [])))
            errors.Forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation\n");
        if ((updated.Spec?.String("volumeMode") ?? "") != (old.Spec?.String("volumeMode") ?? ""))
            errors.Invalid("spec.volumeMode", updated.Spec?.String("volumeMode") ?? "", "field is immutable");
    }

    private static JsonObject Source(JsonObject spec)
    {
        var source = new JsonObject();
        foreach ((string field, JsonNode? value) in spec)
        {
            if (!NoSources.Contains(field) && value is not null)
                source[field] = value.DeepClone();
        }

        return source;
    }
}
