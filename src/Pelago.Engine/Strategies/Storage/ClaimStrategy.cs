// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Storage;

/// <summary>PersistentVolumeClaims: once made, only more space may be asked for (kubernetes pkg/apis/core/validation/validation.go).</summary>
internal sealed class ClaimStrategy : ResourceStrategy
{
    private static readonly string[] Modes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

    public override void PrepareForCreate(StrategyContext context, KubeObject created) =>
        created.Json["status"] = new JsonObject { ["phase"] = "Pending" };

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (context.Subresource.Length > 0)
            return;
        JsonObject spec = subject.Spec ?? [];
        ValidateModes(spec, "at least 1 access mode is required", errors);
        if (spec.Object("selector") is { } selector)
            LabelSelectorRules.Validate(selector, "spec.selector", errors);
        string? wished = spec.At("resources", "requests", "storage")?.ToString();
        if (wished is null)
            errors.Required("spec.resources[storage]");
        else if (Quantity.TryParse(wished, out Quantity storage) && storage.Sign <= 0)
            errors.Invalid("spec.resources[storage]", storage.ToString(), "must be greater than zero");
        if (spec.String("volumeMode") is { } mode and not ("Block" or "Filesystem"))
            errors.NotSupported("spec.volumeMode", mode, "Block", "Filesystem");
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        if (context.Subresource.Length > 0 || updated.Spec is not { } spec || old.Spec is not { } before)
            return;
        var now = (JsonObject)spec.DeepClone();
        bool isBound = old.Status?.String("phase") == "Bound";
        if (isBound)
            Copy(before, now, "resources");
        Copy(before, now, "volumeAttributesClassName");
        if (string.IsNullOrEmpty(before.String("volumeName")))
            Copy(before, now, "volumeName");
        if (before["storageClassName"] is null && old.Annotations?.String("volume.beta.kubernetes.io/storage-class") is null)
            Copy(before, now, "storageClassName");
        if (!JsonNode.DeepEquals(now, before))
        {
            errors.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n");
            return;
        }

        if (Quantity.TryParse(spec.At("resources", "requests", "storage")?.ToString(), out Quantity wished)
            && Quantity.TryParse(before.At("resources", "requests", "storage")?.ToString(), out Quantity asked) && wished < asked
            && Quantity.TryParse(old.Status?.At("capacity", "storage")?.ToString(), out Quantity capacity) && wished < capacity)
            errors.Forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
    }

    public static void ValidateModes(JsonObject spec, string whenNone, FieldErrors errors)
    {
        if (spec.Array("accessModes") is not { Count: > 0 } modes)
        {
            errors.Required("spec.accessModes", whenNone);
            return;
        }

        foreach (JsonNode? mode in modes)
        {
            if (!Modes.Contains(mode?.ToString()))
                errors.NotSupported("spec.accessModes", mode?.ToString() ?? "", Modes);
        }
    }

    private static void Copy(JsonObject from, JsonObject to, string field)
    {
        if (from[field] is { } value)
            to[field] = value.DeepClone();
        else
            to.Remove(field);
    }
}
