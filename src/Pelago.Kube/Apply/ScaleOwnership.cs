// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Apply;

/// <summary>
/// Who owns the replicas of an object that is written through its <c>scale</c> subresource: entries of the object seen as entries of the
/// Scale, and back (apimachinery pkg/util/managedfields/scalehandler.go).
/// </summary>
public static class ScaleOwnership
{
    private const string ScaleVersion = "autoscaling/v1";
    private static readonly PathElement[] ScaleReplicas = [PathElement.Field("spec"), PathElement.Field("replicas")];

    /// <summary>
    /// The entries that the Scale has: <c>spec.replicas</c> for every entry of the object that owns its replicas field.
    /// </summary>
    /// <param name="parent">The object's <c>metadata.managedFields</c>.</param>
    /// <param name="replicas">Per version of the kind the path of its replicas field, as <c>["spec", "replicas"]</c>; entries of other
    /// versions are left out.</param>
    public static JsonArray? ToScale(JsonArray? parent, IReadOnlyDictionary<string, string[]> replicas)
    {
        var scale = new ManagedFields();
        foreach (ManagedFieldsEntry entry in Decode(parent).Entries)
        {
            if (PathIn(entry.ApiVersion, replicas) is { } path && entry.Fields.Has(path))
                scale.Set(entry with { ApiVersion = ScaleVersion, Fields = FieldSet.Of(ScaleReplicas) });
        }
        return scale.Encode();
    }

    /// <summary>
    /// The object's entries after a write of the Scale: replicas leave the entries that lost them there, and entries that are new there
    /// own the object's replicas field.
    /// </summary>
    /// <param name="parent">The object's <c>metadata.managedFields</c> before the write.</param>
    /// <param name="scale">The Scale's after the write.</param>
    /// <param name="apiVersion">The version of the object through which the Scale was written.</param>
    /// <param name="replicas">As for <see cref="ToScale"/>; entries of other versions are dropped.</param>
    public static JsonArray? ToParent(
        JsonArray? parent, JsonArray? scale, string apiVersion, IReadOnlyDictionary<string, string[]> replicas)
    {
        var result = new ManagedFields();
        ManagedFields scaleEntries = Decode(scale);
        foreach (ManagedFieldsEntry entry in Decode(parent).Entries)
        {
            if (!replicas.ContainsKey(entry.ApiVersion))
                continue;
            PathElement[]? path = PathIn(entry.ApiVersion, replicas);
            FieldOwner inScale = entry.Owner with { ApiVersion = entry.IsApply ? "" : ScaleVersion };
            if (path is null || !entry.Fields.Has(path))
                result.Set(entry);
            else if (scaleEntries.Get(inScale) is null)
                result.Set(entry with { Fields = entry.Fields.Difference(FieldSet.Of(path)) });
            else
                result.Set(entry);
            if (path is not null && entry.Fields.Has(path))
                scaleEntries.Remove(inScale);
        }
        FieldSet owned = PathIn(apiVersion, replicas) is { } field ? FieldSet.Of(field) : FieldSet.Empty;
        foreach (ManagedFieldsEntry entry in scaleEntries.Entries)
        {
            if (entry.Fields.Has(ScaleReplicas))
                result.Set(entry with { ApiVersion = apiVersion, Fields = owned });
        }
        return result.Encode();
    }

    private static PathElement[]? PathIn(string apiVersion, IReadOnlyDictionary<string, string[]> replicas) =>
        replicas.TryGetValue(apiVersion, out string[]? names) && names.Length > 0 ? [.. names.Select(PathElement.Field)] : null;

    private static ManagedFields Decode(JsonArray? entries) =>
        ManagedFields.TryDecode(entries, out ManagedFields managed, out _) ? managed : new ManagedFields();
}
