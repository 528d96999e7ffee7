// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Apply;

/// <summary>
/// The wire form of a <see cref="FieldSet"/>, <c>fieldsV1</c> of a managedFields entry: an object per step, <c>"."</c> in it when the
/// step's own path is in the set beside paths below it, and the empty object for a path without any below.
/// <code>{"f:metadata":{"f:labels":{".":{},"f:app":{}}}}</code>
/// </summary>
public static class FieldsV1
{
    /// <summary>Reads a set; false with the reason when a key is malformed. Keys of unknown types are dropped.</summary>
    public static bool TryDecode(JsonObject json, out FieldSet set, out string error)
    {
        error = "";
        set = Read(json, new FieldSetBuilder(), ref error, out _) ?? FieldSet.Empty;
        return error.Length == 0;
    }

    public static JsonObject Encode(FieldSet set)
    {
        var json = new JsonObject();
        Write(set, json);
        return json;
    }

    private static FieldSet? Read(JsonObject json, FieldSetBuilder builder, ref string error, out bool isMember)
    {
        isMember = false;
        int level = builder.Open();
        for (int i = 0; i < json.Count; i++)
        {
            (string key, JsonNode? value) = json.GetAt(i);
            if (key == ".")
            {
                isMember = true;
                continue;
            }
            if (!PathElement.TryParse(key, out PathElement? element, out string reason))
            {
                error = $"parsing key as path element: {reason}";
                continue;
            }
            if (element is null)
                continue;
            bool childIsMember = true;
            FieldSet? children = value is JsonObject below ? Read(below, builder, ref error, out childIsMember) : null;
            builder.Add(element, childIsMember, children);
        }
        FieldSet? set = builder.Close(level);
        isMember |= set is null;
        return set;
    }

    private static void Write(FieldSet set, JsonObject json)
    {
        foreach (FieldSet.Entry entry in set.Entries)
        {
            var child = new JsonObject();
            if (entry.Children is not null)
            {
                if (entry.IsMember)
                    child["."] = new JsonObject();
                Write(entry.Children, child);
            }
            json[entry.Element.Encoded] = child;
        }
    }
}
