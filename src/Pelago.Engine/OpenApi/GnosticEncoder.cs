// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Pelago.Engine.OpenApi;

/// <summary>
/// A swagger 2.0 document as the protocol buffers of google/gnostic-models openapiv2/OpenAPIv2.proto, the only form in which kubectl before 1.27 reads it.
/// Values without a message of their own (extensions, defaults) travel as YAML text, and JSON is YAML.
/// </summary>
internal sealed class GnosticEncoder
{
    private readonly ProtoWriter _proto = new();
    private readonly GnosticSchemas _schemas;

    private GnosticEncoder() => _schemas = new GnosticSchemas(_proto);

    public static byte[] Encode(ReadOnlyMemory<byte> swagger)
    {
        using JsonDocument document = JsonDocument.Parse(swagger, new JsonDocumentOptions { MaxDepth = 512 });
        var encoder = new GnosticEncoder();
        encoder.Document(document.RootElement);
        return encoder._proto.Written.ToArray();
    }

    private void Document(JsonElement document)
    {
        _proto.Text(1, document.GetProperty("swagger").GetString()!);
        _proto.Message(2, document.GetProperty("info"), info =>
        {
            _proto.Text(1, info.GetProperty("title").GetString()!);
            _proto.Text(2, info.GetProperty("version").GetString()!);
        });
        _proto.Message(8, document.GetProperty("paths"), Paths);
        _proto.Message(9, document.GetProperty("definitions"), _schemas.NamedSchemas);
    }

    private void Paths(JsonElement paths)
    {
        foreach (JsonProperty path in paths.EnumerateObject())
            _proto.Message(2, path, named =>
            {
                _proto.Text(1, named.Name);
                _proto.Message(2, named.Value, PathItem);
            });
    }

    private void PathItem(JsonElement item)
    {
        foreach (JsonProperty field in item.EnumerateObject())
        {
            int number = field.Name switch
            {
                "get" => 2,
                "put" => 3,
                "post" => 4,
                "delete" => 5,
                "options" => 6,
                "head" => 7,
                "patch" => 8,
                _ => 0,
            };
            if (number > 0)
                _proto.Message(number, field.Value, Operation);
            else if (field.Name == "parameters")
                Parameters(9, field.Value);
        }
    }

    private void Operation(JsonElement operation)
    {
        foreach (JsonProperty field in operation.EnumerateObject())
        {
            switch (field.Name)
            {
                case "tags":
                    _schemas.Texts(1, field.Value);
                    break;
                case "description":
                    _proto.Text(3, field.Value.GetString()!);
                    break;
                case "operationId":
                    _proto.Text(5, field.Value.GetString()!);
                    break;
                case "produces":
                    _schemas.Texts(6, field.Value);
                    break;
                case "consumes":
                    _schemas.Texts(7, field.Value);
                    break;
                case "parameters":
                    Parameters(8, field.Value);
                    break;
                case "responses":
                    _proto.Message(9, field.Value, Responses);
                    break;
                case "schemes":
                    _schemas.Texts(10, field.Value);
                    break;
                default:
                    _schemas.Extension(13, field);
                    break;
            }
        }
    }

    /// <summary>ParametersItem { Parameter { BodyParameter | NonBodyParameter { query = 3 | path = 4 } } }.</summary>
    private void Parameters(int number, JsonElement parameters)
    {
        foreach (JsonElement parameter in parameters.EnumerateArray())
            _proto.Message(number, parameter, item => _proto.Message(1, item, Parameter));
    }

    private void Parameter(JsonElement parameter)
    {
        switch (parameter.GetProperty("in").GetString())
        {
            case "body":
                _proto.Message(1, parameter, BodyParameter);
                break;
            case "query":
                _proto.Message(2, parameter, query => _proto.Message(3, query, each => PlainParameter(each, typeNumber: 6, uniqueNumber: 20)));
                break;
            default:
                _proto.Message(2, parameter, path => _proto.Message(4, path, each => PlainParameter(each, typeNumber: 5, uniqueNumber: 19)));
                break;
        }
    }

    private void BodyParameter(JsonElement parameter)
    {
        _proto.Text(2, parameter.GetProperty("name").GetString()!);
        _proto.Text(3, "body");
        _proto.Flag(4, parameter.GetProperty("required").GetBoolean());
        _proto.Message(5, parameter.GetProperty("schema"), _schemas.Schema);
    }

    private void PlainParameter(JsonElement parameter, int typeNumber, int uniqueNumber)
    {
        if (parameter.TryGetProperty("required", out JsonElement required))
            _proto.Flag(1, required.GetBoolean());
        _proto.Text(2, parameter.GetProperty("in").GetString()!);
        _proto.Text(3, parameter.GetProperty("description").GetString()!);
        _proto.Text(4, parameter.GetProperty("name").GetString()!);
        _proto.Text(typeNumber, parameter.GetProperty("type").GetString()!);
        _proto.Flag(uniqueNumber, parameter.GetProperty("uniqueItems").GetBoolean());
    }

    /// <summary>Responses { NamedResponseValue { name, ResponseValue { Response { description, SchemaItem } } } }.</summary>
    private void Responses(JsonElement responses)
    {
        foreach (JsonProperty code in responses.EnumerateObject())
            _proto.Message(1, code, named =>
            {
                _proto.Text(1, named.Name);
                _proto.Message(2, named.Value, value => _proto.Message(1, value, Response));
            });
    }

    private void Response(JsonElement response)
    {
        _proto.Text(1, response.GetProperty("description").GetString()!);
        if (response.TryGetProperty("schema", out JsonElement schema))
            _proto.Message(2, schema, item => _proto.Message(1, item, _schemas.Schema));
    }
}
