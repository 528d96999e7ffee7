// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using System.Text.Json;

namespace Pelago.SchemaGen;

/// <summary>
/// Writes <c>{"io.k8s.api.core.v1.Pod": {schema}, …}</c>, OpenAPI v3 with the x-kubernetes extensions and one of our own:
/// <c>x-pelago-zero</c> (<c>omitted</c> or <c>written</c>) is what the server makes of an absent or zero value.
/// </summary>
internal static class DefinitionsWriter
{
    public static void Write(ModelDefinition[] definitions, string path)
    {
        using var file = new GZipStream(File.Create(path), CompressionLevel.SmallestSize);
        using var json = new Utf8JsonWriter(file);
        json.WriteStartObject();
        foreach ((string name, string schema) in LeafTypes.Schemas)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(schema);
        }
        foreach (ModelDefinition definition in definitions)
        {
            json.WritePropertyName(definition.Name);
            WriteDefinition(json, definition);
        }
        json.WriteEndObject();
    }

    private static void WriteDefinition(Utf8JsonWriter json, ModelDefinition definition)
    {
        json.WriteStartObject();
        json.WriteString("type", "object");
        if (definition.Overlay.Atomic)
            json.WriteString("x-kubernetes-map-type", "atomic");
        if (definition.GroupVersionKind is var (group, version, kind))
        {
            json.WriteStartArray("x-kubernetes-group-version-kind");
            json.WriteStartObject();
            json.WriteString("group", group);
            json.WriteString("kind", kind);
            json.WriteString("version", version);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        WriteStrings(json, "required", definition.Fields.Where(field => field.Overlay.Required).Select(field => field.Name));
        json.WriteStartObject("properties");
        foreach (ModelField field in definition.Fields)
        {
            json.WriteStartObject(field.Name);
            WriteType(json, field.Property.PropertyType, field);
            WriteFacts(json, field);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, Type type, ModelField field)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Nullable<>))
            type = type.GetGenericArguments()[0];
        if (type.IsGenericType)
        {
            bool map = type.GetGenericTypeDefinition() == typeof(IDictionary<,>);
            json.WriteString("type", map ? "object" : "array");
            json.WriteStartObject(map ? "additionalProperties" : "items");
            WriteType(json, type.GetGenericArguments()[^1], field);
            json.WriteEndObject();
            return;
        }
        if (field.Definition is { } definition)
            json.WriteString("$ref", definition);
        else
            WritePlain(json, type, field);
    }

    private static void WritePlain(Utf8JsonWriter json, Type type, ModelField field)
    {
        (string name, string? format) =
            type == typeof(string) ? ("string", null)
            : type == typeof(bool) ? ("boolean", null)
            : type == typeof(int) ? ("integer", "int32")
            : type == typeof(long) ? ("integer", "int64")
            : type == typeof(double) ? ("number", "double")
            : type == typeof(byte[]) ? ("string", (string?)"byte")
            : throw new OverlayException(field.Overlay.Place, $"{field.Property.DeclaringType!.Name}.{field.Property.Name}: no schema for {type}");
        json.WriteString("type", name);
        if (format is not null)
            json.WriteString("format", format);
        if (field.Overlay.Enum is { } values)
            WriteStrings(json, "enum", values);
    }

    private static void WriteFacts(Utf8JsonWriter json, ModelField field)
    {
        OverlayField facts = field.Overlay;
        if (facts.Atomic)
            json.WriteString("x-kubernetes-map-type", "atomic");
        if (facts.ListType is not null)
            json.WriteString("x-kubernetes-list-type", facts.ListType);
        WriteStrings(json, "x-kubernetes-list-map-keys", facts.ListMapKeys);
        if (facts.MergeKey is not null)
            json.WriteString("x-kubernetes-patch-merge-key", facts.MergeKey);
        if ((facts.Strategy ?? (facts.MergeKey is null ? null : "merge")) is { } strategy)
            json.WriteString("x-kubernetes-patch-strategy", strategy);
        if (facts.Default is not null)
        {
            json.WritePropertyName("default");
            json.WriteRawValue(facts.Default);
        }
        if (facts.Zero)
            json.WriteString("x-pelago-zero", "written");
        else if (!facts.Pointer && IsOmittedWhenZero(field))
            json.WriteString("x-pelago-zero", "omitted");
    }

    /// <summary>Go's omitempty: plain values, lists and maps go when they are zero; structs and pointers stay.</summary>
    private static bool IsOmittedWhenZero(ModelField field) => field.Property.PropertyType != field.Element && !IsNullable(field)
        || field.Definition is null;

    private static bool IsNullable(ModelField field) => Nullable.GetUnderlyingType(field.Property.PropertyType) is not null;

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        string[] all = [.. values];
        if (all.Length == 0)
            return;
        json.WriteStartArray(name);
        foreach (string value in all)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
