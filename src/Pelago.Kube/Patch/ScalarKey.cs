// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Patch;

/// <summary>
/// A scalar as strategic merge compares merge keys and items of primitive lists: type and value, so that 80, 80.0 and "80" differ.
/// </summary>
internal readonly record struct ScalarKey(JsonValueKind Kind, string? Text, long Integer, double Real)
{
    /// <summary>Reads a scalar or null. An object or a list has no key: upstream's server crashes on it, here the patch fails.</summary>
    public static ScalarKey Of(JsonNode? node)
    {
        if (node is null)
            return new ScalarKey(JsonValueKind.Null, null, 0, 0);
        if (node is not JsonValue value)
            throw PatchException.BadRequest($"a merge key or an item of a primitive list cannot be {GoFormat.Of(node)}");
        JsonValueKind kind = value.GetValueKind();
        if (kind == JsonValueKind.String)
            return new ScalarKey(kind, value.GetValue<string>(), 0, 0);
        return JsonNumber.TryRead(value, out JsonNumber number)
            ? new ScalarKey(kind, number.IsInteger ? "int64" : "float64", number.Integer, number.IsInteger ? 0 : number.Real)
            : new ScalarKey(kind, null, 0, 0);
    }

    /// <summary>The merge key's value in an item of a list of objects.</summary>
    public static ScalarKey Of(JsonNode? item, string mergeKey)
    {
        if (item is not JsonObject json)
            throw PatchException.Unclassified($"expected a {JsonTypeName.GoMap}, but received a {JsonTypeName.OfGo(item)}");
        if (!json.TryGetPropertyValue(mergeKey, out JsonNode? value))
            throw NoMergeKey(json, mergeKey);
        return Of(value);
    }

    public static PatchException NoMergeKey(JsonObject item, string mergeKey) =>
        PatchException.Unclassified($"map: {GoFormat.Of(item)} does not contain declared merge key: {mergeKey}");
}
