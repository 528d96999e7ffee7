// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>Reads and moves fields by paths with dots, for subresources that are a part of their object.</summary>
internal static class FieldParts
{
    public static JsonNode? Read(JsonObject json, string path)
    {
        JsonNode? node = json;
        foreach (Range part in path.AsSpan().Split('.'))
            node = (node as JsonObject)?[path[part]];
        return node;
    }

    /// <summary>Makes the field at <paramref name="path"/> of <paramref name="target"/> what it is in <paramref name="source"/>, absent included.</summary>
    public static void Copy(JsonObject source, JsonObject target, string path) => Write(target, path, Read(source, path)?.DeepClone());

    /// <summary>As <see cref="Copy"/>, but takes the field out of the source where nothing is above it.</summary>
    public static void Move(JsonObject source, JsonObject target, string path)
    {
        JsonNode? value = Read(source, path);
        Write(target, path, source.Remove(path) ? value : value?.DeepClone());
    }

    /// <summary>Sets a field, making the objects on the way; null removes it.</summary>
    public static void Write(JsonObject target, string path, JsonNode? value)
    {
        JsonObject at = target;
        int dot;
        while ((dot = path.IndexOf('.', StringComparison.Ordinal)) >= 0)
        {
            string field = path[..dot];
            if (value is null && at[field] is not JsonObject)
                return;
            at = at.ObjectOrNew(field);
            path = path[(dot + 1)..];
        }

        if (value is null)
            at.Remove(path);
        else
            at[path] = value;
    }
}
