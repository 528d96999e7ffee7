// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Pelago.Kube.Schema;

/// <summary>
/// Whether a JSON value fits the Go type that a built-in field has: <c>json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas
/// of type int32</c> and the errors of the types that decode themselves (Quantity, Time, IntOrString, []byte).
/// </summary>
internal static class TypeCheck
{
    private const int LongestQuantity = 256;

    /// <summary>The error, or null when the value fits. The reader stays where it is.</summary>
    public static string? Check(ref Utf8JsonReader reader, SchemaNode node, string? structName, SchemaPath path)
    {
        JsonTokenType token = reader.TokenType;
        if (token == JsonTokenType.Null || node.Type is null && !node.IntOrString)
            return null;
        if (node.IntOrString)
            return CheckIntOrString(ref reader);
        return node.Type switch
        {
            "object" when token == JsonTokenType.StartObject => null,
            "array" when token == JsonTokenType.StartArray => null,
            "boolean" when token is JsonTokenType.True or JsonTokenType.False => null,
            "number" when token == JsonTokenType.Number => null,
            "integer" when token == JsonTokenType.Number => CheckInteger(ref reader, node, structName, path),
            "string" => CheckString(ref reader, node, structName, path),
            _ => Mismatch(JsonName(token), node, structName, path),
        };
    }

    /// <summary><c>PodSpec</c> of <c>io.k8s.api.core.v1.PodSpec</c>.</summary>
    public static string ShortName(SchemaNode node) => node.DefinitionName![(node.DefinitionName!.LastIndexOf('.') + 1)..];

    private static string? CheckInteger(ref Utf8JsonReader reader, SchemaNode node, string? structName, SchemaPath path)
    {
        // Go wants an integer literal: 1e3 and 1.0 are not one.
        bool fits = reader.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0
            && (node.Format == "int32" ? reader.TryGetInt32(out _) : reader.TryGetInt64(out _));
        return fits ? null : Mismatch("number " + Text(ref reader), node, structName, path);
    }

    private static string? CheckString(ref Utf8JsonReader reader, SchemaNode node, string? structName, SchemaPath path)
    {
        bool isText = reader.TokenType == JsonTokenType.String;
        return node.Format switch
        {
            null when isText => null,
            "quantity" => CheckQuantity(ref reader),
            "date-time" when isText => GoTime.Check(reader.GetString()!),
            "date-time" => $"json: cannot unmarshal {JsonName(reader.TokenType)} into Go value of type string",
            "byte" when isText => CheckBase64(ref reader),
            _ when isText => null,
            _ => Mismatch(JsonName(reader.TokenType), node, structName, path),
        };
    }

    private static string? CheckIntOrString(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => null,
        JsonTokenType.Number => reader.TryGetInt32(out _) ? null : $"json: cannot unmarshal number {Text(ref reader)} into Go value of type int32",
        _ => $"json: cannot unmarshal {JsonName(reader.TokenType)} into Go value of type int32",
    };

    /// <summary>Text or number; anything else is read as its raw text, which is no quantity.</summary>
    private static string? CheckQuantity(ref Utf8JsonReader reader)
    {
        bool readable = reader.TokenType is JsonTokenType.String or JsonTokenType.Number && reader.ValueSpan.Length <= LongestQuantity;
        return Quantity.TryParse(readable ? Text(ref reader) : "?", out _, out string? error) ? null : error;
    }

    private static string? CheckBase64(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped || System.Buffers.Text.Base64.IsValid(reader.ValueSpan) ? null : "illegal base64 data at input byte 0";

    private static string Mismatch(string value, SchemaNode node, string? structName, SchemaPath path) => structName is null
        ? $"json: cannot unmarshal {value} into Go value of type {GoType(node)}"
        : $"json: cannot unmarshal {value} into Go struct field {structName}.{path.FieldsOnly()} of type {GoType(node)}";

    private static string JsonName(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "object",
        JsonTokenType.StartArray => "array",
        JsonTokenType.String => "string",
        JsonTokenType.Number => "number",
        _ => "bool",
    };

    private static string GoType(SchemaNode node) => node switch
    {
        { DefinitionName: { } name } => name[(name.LastIndexOf('.', name.LastIndexOf('.') - 1) + 1)..],
        { Type: "array", Items: { } items } => "[]" + GoType(items),
        { Type: "object", AdditionalProperties: { } values } => "map[string]" + GoType(values),
        { Type: "integer" } => node.Format ?? "int64",
        { Type: "boolean" } => "bool",
        { Type: "number" } => "float64",
        { Format: "byte" } => "[]uint8",
        _ => node.Type ?? "interface {}",
    };

    private static string Text(ref Utf8JsonReader reader) => System.Text.Encoding.ASCII.GetString(reader.ValueSpan);
}
