// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Schema;

/// <summary>What OpenAPI says of one value by itself. Texts follow kube-openapi pkg/validation/errors/schema.go.</summary>
internal static class ValueRules
{
    public static bool HasType(JsonNode? value, JsonValueKind kind, SchemaNode schema)
    {
        if (kind == JsonValueKind.Null)
            return schema.Nullable || schema.Type is null && !schema.IntOrString;
        if (schema.IntOrString)
            return kind == JsonValueKind.String || kind == JsonValueKind.Number && IsWhole(value!);
        return schema.Type switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "number" => kind == JsonValueKind.Number,
            "integer" => kind == JsonValueKind.Number && IsWhole(value!),
            _ => true,
        };
    }

    public static StatusCause WrongType(JsonNode? value, JsonValueKind kind, SchemaNode schema, SchemaPath path)
    {
        string wanted = schema.IntOrString ? "integer,string" : schema.Type!;
        string found = kind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => IsWhole(value!) ? "integer" : "number",
            JsonValueKind.Null => "null",
            _ => "boolean",
        };
        return FieldCause.TypeInvalid(path.ToString(), JsonValue.Create(found), $"{path} in body must be of type {wanted}: \"{found}\"");
    }

    public static void CheckString(JsonNode value, SchemaNode schema, SchemaPath path, List<StatusCause> causes, bool checkFormat)
    {
        if (schema is { MinLength: null, MaxLength: null, Pattern: null } && (schema.Format is null || !checkFormat))
            return;
        string text = value.GetValue<string>();
        if (schema.MaxLength is { } most && Length(text) > most)
            causes.Add(FieldCause.TooLong(path.ToString(), most));
        if (schema.MinLength is { } least && Length(text) < least)
            causes.Add(FieldCause.Invalid(path.ToString(), value, $"{path} in body should be at least {least} chars long"));
        if (schema.CompiledPattern is { } pattern && !Re2Pattern.IsMatch(pattern, text))
            causes.Add(FieldCause.Invalid(path.ToString(), value, $"{path} in body should match '{schema.Pattern}'"));
        if (checkFormat && schema.Format is { } format && schema.Type is "string" or null && !Formats.Holds(format, text))
            causes.Add(FieldCause.TypeInvalid(path.ToString(), value, $"{path} in body must be of type {format}: {GoText.Quote(text)}"));
    }

    public static void CheckNumber(JsonNode value, SchemaNode schema, SchemaPath path, List<StatusCause> causes, bool checkFormat)
    {
        if (schema is { Minimum: null, Maximum: null, MultipleOf: null } && (schema.Format is null || !checkFormat))
            return;
        decimal number = Number(value);
        if (checkFormat && schema is { Type: "integer", Format: "int32" } && number is < int.MinValue or > int.MaxValue)
            causes.Add(FieldCause.Invalid(path.ToString(), value, $"Checked value must be of type integer with format int32 in {path}"));
        if (schema.MultipleOf is { } factor and > 0 && number % factor != 0)
            causes.Add(FieldCause.Invalid(path.ToString(), value, $"{path} in body should be a multiple of {Text(factor)}"));
        if (schema.Maximum is { } most && (schema.ExclusiveMaximum ? number >= most : number > most))
            causes.Add(FieldCause.Invalid(path.ToString(), value,
                $"{path} in body should be less than {(schema.ExclusiveMaximum ? "" : "or equal to ")}{Text(most)}"));
        if (schema.Minimum is { } least && (schema.ExclusiveMinimum ? number <= least : number < least))
            causes.Add(FieldCause.Invalid(path.ToString(), value,
                $"{path} in body should be greater than {(schema.ExclusiveMinimum ? "" : "or equal to ")}{Text(least)}"));
    }

    public static void CheckArray(JsonArray array, SchemaNode schema, SchemaPath path, List<StatusCause> causes)
    {
        if (schema.MinItems is { } least && array.Count < least)
            causes.Add(FieldCause.Invalid(path.ToString(), JsonValue.Create(array.Count), $"{path} in body should have at least {least} items"));
        if (schema.MaxItems is { } most && array.Count > most)
            causes.Add(FieldCause.TooMany(path.ToString(), array.Count, most));
        if (schema.UniqueItems && array.Select(ListUniqueness.Identity).Distinct(StringComparer.Ordinal).Count() < array.Count)
            causes.Add(FieldCause.Invalid(path.ToString(), JsonValue.Create(""), $"{path} in body shouldn't contain duplicates"));
    }

    public static void CheckObject(JsonObject json, SchemaNode schema, SchemaPath path, List<StatusCause> causes)
    {
        if (schema.MinProperties is { } least && json.Count < least)
            causes.Add(FieldCause.Invalid(path.ToString(), JsonValue.Create(json.Count), $"{path} in body should have at least {least} properties"));
        if (schema.MaxProperties is { } most && json.Count > most)
            causes.Add(FieldCause.TooMany(path.ToString(), json.Count, most));
    }

    public static bool IsOneOf(JsonNode? value, IReadOnlyList<JsonNode?> allowed)
    {
        foreach (JsonNode? each in allowed)
        {
            if (JsonNode.DeepEquals(value, each))
                return true;
        }
        return false;
    }

    public static string EnumText(JsonNode? value) => value switch
    {
        null => "null",
        _ when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => Encoding.UTF8.GetString(KubeJson.ToUtf8(value)),
    };

    private static long Length(string text)
    {
        long runes = 0;
        foreach (Rune _ in text.EnumerateRunes())
            runes++;
        return runes;
    }

    /// <summary>1.0 is an integer too.</summary>
    private static bool IsWhole(JsonNode value) => value.AsInteger() is not null || decimal.IsInteger(Number(value));

    private static decimal Number(JsonNode value)
    {
        if (value.AsInteger() is { } integer)
            return integer;
        string text = EnumText(value);
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal exact))
            return exact;
        return text.StartsWith('-') ? decimal.MinValue : decimal.MaxValue;
    }

    private static string Text(decimal number) => number.ToString("G29", CultureInfo.InvariantCulture);
}
