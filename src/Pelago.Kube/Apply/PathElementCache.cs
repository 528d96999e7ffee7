// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Apply;

/// <summary>
/// Path elements that were seen before, by field name and by encoded form, so that tracking a write builds no strings. Field names come
/// from schemas and repeat for ever; names from users (labels) are why the caches stop growing at a bound.
/// </summary>
internal static class PathElementCache
{
    private const int MaxElements = 16_384;
    private const int MaxLength = 160;
    private static readonly ConcurrentDictionary<string, PathElement> Fields = new();
    private static readonly ConcurrentDictionary<string, PathElement> ByEncoded = new();
    private static int _fields;
    private static int _encoded;

    public static PathElement Field(string name)
    {
        if (Fields.TryGetValue(name, out PathElement? element))
            return element;
        element = PathElement.NewField(name);
        if (name.Length <= MaxLength && Interlocked.Increment(ref _fields) <= MaxElements)
            Fields.TryAdd(name, element);
        return element;
    }

    public static bool TryParse(string encoded, out PathElement? element, out string error)
    {
        error = "";
        if (ByEncoded.TryGetValue(encoded, out element))
            return true;
        if (!TryRead(encoded, out element, out error))
            return false;
        if (element is not null && encoded.Length <= MaxLength && Interlocked.Increment(ref _encoded) <= MaxElements)
            ByEncoded.TryAdd(encoded, element);
        return true;
    }

    private static bool TryRead(string encoded, out PathElement? element, out string error)
    {
        element = null;
        error = "";
        if (encoded.Length < 2)
            error = "key must be 2 characters long:";
        else if (encoded[1] != ':')
            error = $"missing colon: {encoded}";
        else if (encoded[0] == 'f')
            element = Field(encoded[2..]);
        else if (encoded[0] == 'i')
            element = ReadIndex(encoded[2..], ref error);
        else if (encoded[0] is 'v' or 'k')
            element = ReadJson(encoded, ref error);
        return error.Length == 0;
    }

    private static PathElement? ReadIndex(string text, ref string error)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index))
            return PathElement.Index(index);
        error = $"strconv.Atoi: parsing \"{text}\": invalid syntax";
        return null;
    }

    private static PathElement? ReadJson(string encoded, ref string error)
    {
        try
        {
            JsonNode? node = KubeJson.Parse(Encoding.UTF8.GetBytes(encoded, 2, encoded.Length - 2));
            if (encoded[0] == 'v')
                return PathElement.Value(node);
            if (node is JsonObject fields)
                return PathElement.OfKey([.. fields.Select(field => new PathElement.KeyField(field.Key, FieldScalar.Of(field.Value)))]);
            error = $"a list map's key is not an object: {encoded}";
        }
        catch (JsonException failure)
        {
            error = failure.Message;
        }
        return null;
    }
}
