// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Reads fields of a parsed document that may be absent or of another type: both read as empty.</summary>
internal static class ElementReading
{
    public static JsonElement Child(this JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(field, out JsonElement child) ? child : default;

    public static string Text(this JsonElement element, string field) =>
        element.Child(field) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    public static int Number(this JsonElement element, string field) =>
        element.Child(field) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int value) ? value : 0;

    public static bool Flag(this JsonElement element, string field) => element.Child(field).ValueKind == JsonValueKind.True;

    public static DateTimeOffset? Time(this JsonElement element, string field) =>
        MetaTime.TryParse(element.Text(field), out DateTimeOffset time) ? time : null;

    public static JsonElement.ArrayEnumerator Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : default;

    /// <summary>What is read of each item; nothing is made for lists without any, which most of a pod's are.</summary>
    public static IReadOnlyList<T> ListOf<T>(this JsonElement element, Func<JsonElement, T> read)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() is var count && count == 0)
            return [];
        var list = new T[count];
        int at = 0;
        foreach (JsonElement item in element.EnumerateArray())
            list[at++] = read(item);
        return list;
    }
}
