// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.CustomResources;

/// <summary>The selectableFields of one version: few, of plain types, outside of metadata, in the schema.</summary>
internal static class SelectableFieldRules
{
    private const int Most = 8;

    public static void Check(JsonObject version, string path, List<StatusCause> causes)
    {
        JsonArray fields = version.Array("selectableFields") ?? [];
        var seen = new HashSet<string>();
        for (int i = 0; i < fields.Count; i++)
        {
            string jsonPath = (fields[i] as JsonObject)?.String("jsonPath") ?? "";
            string at = $"{path}[{i}].jsonPath";
            if (jsonPath.Length == 0)
                continue; // a required field: the schema says so
            JsonObject? field = Find(DefinitionReading.Schema(version), jsonPath, out string? fault);
            if (fault is not null)
            {
                causes.Add(FieldCause.Invalid(at, jsonPath, $"is an invalid path: {fault}"));
                continue;
            }
            if (jsonPath.StartsWith(".metadata", StringComparison.Ordinal))
                causes.Add(FieldCause.Invalid(at, jsonPath, "must not point to fields in metadata"));
            if (field?.String("type") is not ("string" or "boolean" or "integer"))
                causes.Add(FieldCause.Invalid(at, jsonPath,
                    "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed."));
            if (!seen.Add(jsonPath))
                causes.Add(FieldCause.Duplicate(at, jsonPath));
        }
        if (seen.Count > Most)
            causes.Add(FieldCause.TooMany(path, seen.Count, Most));
    }

    private static JsonObject? Find(JsonObject? schema, string jsonPath, out string? fault)
    {
        fault = jsonPath[0] == '.' ? null : "expected a leading dot";
        JsonObject? at = schema;
        foreach (string name in fault is null ? jsonPath[1..].Split('.') : [])
        {
            at = at?.Object("properties")?.Object(name) ?? at?.Object("additionalProperties");
            if (at is null)
            {
                fault = $"does not refer to a valid field: {name}";
                return null;
            }
        }
        return at;
    }
}
