// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Engine.OpenApi;

/// <summary>Writes one operation of a path in either version.</summary>
internal sealed class OperationWriter(Utf8JsonWriter json, SchemaWriter schemas, OpenApiVersion version)
{
    private static readonly string[] Json = ["application/json"];
    private static readonly string[] JsonAndYaml = ["application/json", "application/yaml"];
    private static readonly string[] Anything = ["*/*"];

    /// <summary>One operation: the HTTP method in small letters is its key.</summary>
    public void Write(string method, Operation operation)
    {
        json.WriteStartObject(method);
        json.WriteString("description", operation.Description);
        json.WriteString("operationId", operation.Id);
        json.WriteStartArray("tags");
        json.WriteStringValue(operation.Tag);
        json.WriteEndArray();
        json.WriteString("x-kubernetes-action", operation.Action);
        WriteKind(operation.Kind);
        if (version == OpenApiVersion.V3)
            WriteVersion3(operation);
        else
            WriteVersion2(operation);
        json.WriteEndObject();
    }

    /// <summary>The parameters that all operations of a path share.</summary>
    public void WriteParameters(IEnumerable<Parameter> parameters)
    {
        json.WriteStartArray("parameters");
        foreach (Parameter parameter in parameters)
            WriteParameter(parameter);
        json.WriteEndArray();
    }

    private void WriteVersion3(Operation operation)
    {
        if (operation.Parameters.Count > 0)
            WriteParameters(operation.Parameters);
        if (operation.Body is { } body)
        {
            json.WriteStartObject("requestBody");
            WriteContent(body, operation.BodyTypes ?? JsonAndYaml);
            json.WriteEndObject();
        }
        json.WriteStartObject("responses");
        foreach (string code in operation.Codes)
        {
            json.WriteStartObject(code);
            json.WriteString("description", DescribeCode(code));
            if (operation.Result is { } result)
                WriteContent(result, JsonAndYaml);
            else
                WriteText(Anything);
            json.WriteEndObject();
        }
        WriteUnauthorized();
        json.WriteEndObject();
    }

    private void WriteContent(string definition, IReadOnlyList<string> types)
    {
        json.WriteStartObject("content");
        foreach (string type in types)
        {
            json.WriteStartObject(type);
            json.WriteStartObject("schema");
            schemas.WriteReference(definition);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private void WriteText(IReadOnlyList<string> types)
    {
        json.WriteStartObject("content");
        foreach (string type in types)
        {
            json.WriteStartObject(type);
            json.WriteStartObject("schema");
            json.WriteString("type", "string");
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private void WriteVersion2(Operation operation)
    {
        WriteTypes("consumes", operation.BodyTypes ?? Anything);
        WriteTypes("produces", operation.Result is null ? Anything : Json);
        WriteTypes("schemes", ["https"]);
        json.WriteStartArray("parameters");
        if (operation.Body is { } body)
        {
            json.WriteStartObject();
            json.WriteString("name", "body");
            json.WriteString("in", "body");
            json.WriteBoolean("required", true);
            json.WriteStartObject("schema");
            schemas.WriteReference(body);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        foreach (Parameter parameter in operation.Parameters)
            WriteParameter(parameter);
        json.WriteEndArray();
        json.WriteStartObject("responses");
        foreach (string code in operation.Codes)
        {
            json.WriteStartObject(code);
            json.WriteString("description", DescribeCode(code));
            json.WriteStartObject("schema");
            if (operation.Result is { } result)
                schemas.WriteReference(result);
            else
                json.WriteString("type", "string");
            json.WriteEndObject();
            json.WriteEndObject();
        }
        WriteUnauthorized();
        json.WriteEndObject();
    }

    private void WriteParameter(Parameter parameter)
    {
        json.WriteStartObject();
        json.WriteString("name", parameter.Name);
        json.WriteString("in", parameter.In);
        json.WriteString("description", parameter.Description);
        if (parameter.In == "path")
            json.WriteBoolean("required", true);
        if (version == OpenApiVersion.V3)
        {
            json.WriteStartObject("schema");
            json.WriteString("type", parameter.Type);
            json.WriteBoolean("uniqueItems", true);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("type", parameter.Type);
            json.WriteBoolean("uniqueItems", true);
        }
        json.WriteEndObject();
    }

    private void WriteKind(GroupVersionKind kind)
    {
        json.WriteStartObject("x-kubernetes-group-version-kind");
        json.WriteString("group", kind.Group);
        json.WriteString("kind", kind.Kind);
        json.WriteString("version", kind.Version);
        json.WriteEndObject();
    }

    private void WriteUnauthorized()
    {
        json.WriteStartObject("401");
        json.WriteString("description", "Unauthorized");
        json.WriteEndObject();
    }

    private void WriteTypes(string name, IReadOnlyList<string> types)
    {
        json.WriteStartArray(name);
        foreach (string type in types)
            json.WriteStringValue(type);
        json.WriteEndArray();
    }

    private static string DescribeCode(string code) => code switch
    {
        "201" => "Created",
        "202" => "Accepted",
        _ => "OK",
    };
}
