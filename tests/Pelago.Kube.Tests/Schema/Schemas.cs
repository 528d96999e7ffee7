// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Tests.Schema;

/// <summary>Schemas and documents written as JSON.</summary>
internal static class Schemas
{
    public static SchemaNode Of(string json) => SchemaReader.Read(Encoding.UTF8.GetBytes(json));

    /// <summary>An object with these properties, written as JSON.</summary>
    public static SchemaNode WithProperties(string properties) => Of($$$"""{"type":"object","properties":{{{{properties}}}}}""");

    /// <summary>The same as a type of the server itself, <c>io.k8s.api.test.v1.NAME</c>.</summary>
    public static SchemaNode BuiltIn(string name, string properties)
    {
        SchemaNode node = WithProperties(properties);
        node.DefinitionName = $"io.k8s.api.test.v1.{name}";
        return node;
    }

    public static JsonNode? Json(string text) => KubeJson.Parse(Encoding.UTF8.GetBytes(text));

    public static string Text(JsonNode node) => Encoding.UTF8.GetString(KubeJson.ToUtf8(node));
}
