// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Settings;

/// <summary>What ConfigMaps and Secrets have in common: keys, size, and that one which says <c>immutable</c> is.</summary>
internal static class DataRules
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Returns the size of the values; <paramref name="isBase64"/> counts what they decode to.</summary>
    public static long ValidateKeys(JsonObject? data, string path, bool isBase64, FieldErrors errors)
    {
        long bytes = 0;
        foreach ((string key, JsonNode? value) in data ?? [])
        {
            foreach (string complaint in NameRules.ConfigMapKey(key))
                errors.Invalid($"{path}[{key}]", key, complaint);
            long length = (value as JsonValue)?.TryGetValue(out string? text) == true ? System.Text.Encoding.UTF8.GetByteCount(text) : 0;
            bytes += isBase64 ? length / 4 * 3 : length;
        }

        return bytes;
    }

    public static void ValidateSize(long bytes, string path, FieldErrors errors)
    {
        if (bytes > MaxBytes)
            errors.TooLong(path.Length == 0 ? "[]" : path, MaxBytes);
    }

    public static void ValidateImmutable(KubeObject updated, KubeObject old, ReadOnlySpan<string> fields, FieldErrors errors)
    {
        if (old.Json.Boolean("immutable") != true)
            return;
        if (updated.Json.Boolean("immutable") != true)
            errors.Forbidden("immutable", "field is immutable when `immutable` is set");
        foreach (string field in fields)
        {
            if (!JsonNode.DeepEquals(updated.Json[field], old.Json[field]))
                errors.Forbidden(field, "field is immutable when `immutable` is set");
        }
    }
}
