// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Text.Json;

namespace Pelago.Engine.OpenApi;

/// <summary>The Schema message of OpenAPIv2.proto, and what it shares with other messages.</summary>
internal sealed class GnosticSchemas
{
    private readonly ProtoWriter _proto;
    private readonly FrozenDictionary<string, Action<JsonElement>> _fields;

    public GnosticSchemas(ProtoWriter proto)
    {
        _proto = proto;
        _fields = new Dictionary<string, Action<JsonElement>>
        {
            ["$ref"] = value => _proto.Text(1, value.GetString()!),
            ["format"] = value => _proto.Text(2, value.GetString()!),
            ["title"] = value => _proto.Text(3, value.GetString()!),
            ["description"] = value => _proto.Text(4, value.GetString()!),
            ["default"] = value => Any(5, value),
            ["multipleOf"] = value => _proto.Double(6, value.GetDouble()),
            ["maximum"] = value => _proto.Double(7, value.GetDouble()),
            ["exclusiveMaximum"] = value => _proto.Flag(8, value.GetBoolean()),
            ["minimum"] = value => _proto.Double(9, value.GetDouble()),
            ["exclusiveMinimum"] = value => _proto.Flag(10, value.GetBoolean()),
            ["maxLength"] = value => _proto.Integer(11, value.GetInt64()),
            ["minLength"] = value => _proto.Integer(12, value.GetInt64()),
            ["pattern"] = value => _proto.Text(13, value.GetString()!),
            ["maxItems"] = value => _proto.Integer(14, value.GetInt64()),
            ["minItems"] = value => _proto.Integer(15, value.GetInt64()),
            ["uniqueItems"] = value => _proto.Flag(16, value.GetBoolean()),
            ["maxProperties"] = value => _proto.Integer(17, value.GetInt64()),
            ["minProperties"] = value => _proto.Integer(18, value.GetInt64()),
            ["required"] = value => Texts(19, value),
            ["enum"] = Enum,
            ["additionalProperties"] = value => _proto.Message(21, value, AdditionalProperties),
            ["type"] = value => _proto.Message(22, value, type => _proto.Text(1, type.GetString()!)),
            ["items"] = value => _proto.Message(23, value, items => _proto.Message(1, items, Schema)),
            ["properties"] = value => _proto.Message(25, value, NamedSchemas),
        }.ToFrozenDictionary();
    }

    public void Schema(JsonElement schema)
    {
        foreach (JsonProperty field in schema.EnumerateObject())
        {
            if (_fields.TryGetValue(field.Name, out Action<JsonElement>? write))
                write(field.Value);
            else
                Extension(31, field);
        }
    }

    /// <summary>Definitions and Properties: repeated NamedSchema { name, Schema }.</summary>
    public void NamedSchemas(JsonElement schemas)
    {
        foreach (JsonProperty schema in schemas.EnumerateObject())
            _proto.Message(1, schema, named =>
            {
                _proto.Text(1, named.Name);
                _proto.Message(2, named.Value, Schema);
            });
    }

    public void Texts(int number, JsonElement texts)
    {
        foreach (JsonElement text in texts.EnumerateArray())
            _proto.Text(number, text.GetString()!);
    }

    /// <summary>NamedAny { name, Any { yaml = 2 } }.</summary>
    public void Extension(int number, JsonProperty field) => _proto.Message(number, field, named =>
    {
        _proto.Text(1, named.Name);
        Any(2, named.Value);
    });

    private void Any(int number, JsonElement value) => _proto.Message(number, value, any => _proto.Text(2, any.GetRawText()));

    private void Enum(JsonElement values)
    {
        foreach (JsonElement value in values.EnumerateArray())
            Any(20, value);
    }

    private void AdditionalProperties(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
            _proto.Message(1, value, Schema);
        else
            _proto.Flag(2, value.GetBoolean());
    }
}
