// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Schema;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.CustomResources;

/// <summary>
/// JSONSchemaProps of a CustomResourceDefinition as schema nodes. Objects with metadata of their own (the resource itself and embedded resources)
/// get apiVersion, kind and the built-in metadata, of which a schema can only restrict the names.
/// </summary>
internal static class CustomSchema
{
    private const string ObjectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    /// <summary>The schema of a whole custom resource.</summary>
    public static SchemaNode Read(JsonObject schema)
    {
        SchemaNode root = SchemaReader.Read(KubeJson.ToUtf8(schema));
        Complete(root, isResource: true);
        return root;
    }

    /// <summary>The schema of a value inside one, such as a default.</summary>
    public static SchemaNode ReadPart(JsonObject schema)
    {
        SchemaNode part = SchemaReader.Read(KubeJson.ToUtf8(schema));
        Complete(part, part.EmbeddedResource);
        return part;
    }

    private static void Complete(SchemaNode node, bool isResource)
    {
        foreach (SchemaNode child in node.Properties?.Values ?? Enumerable.Empty<SchemaNode>())
            Complete(child, child.EmbeddedResource);
        if (node.Items is { } items)
            Complete(items, items.EmbeddedResource);
        if (node.AdditionalProperties is { } values && !ReferenceEquals(values, SchemaNode.Any))
            Complete(values, values.EmbeddedResource);
        if (isResource)
            AddTypeAndMetadata(node);
    }

    private static void AddTypeAndMetadata(SchemaNode node)
    {
        Dictionary<string, SchemaNode> properties = node.Properties ??= [];
        properties.TryAdd("apiVersion", new SchemaNode { Type = "string", Description = "The group and version of this document's schema." });
        properties.TryAdd("kind", new SchemaNode { Type = "string", Description = "What this document is, in CamelCase." });
        properties["metadata"] = Metadata(properties.GetValueOrDefault("metadata"));
    }

    private static SchemaNode Metadata(SchemaNode? given)
    {
        SchemaNode metadata = BuiltInSchemas.Instance.Definition(ObjectMeta);
        if (given?.Properties is not { Count: > 0 } restricted)
            return metadata;
        SchemaNode own = metadata.Copy();
        own.Properties = new Dictionary<string, SchemaNode>(metadata.Properties!);
        foreach ((string name, SchemaNode restriction) in restricted)
            own.Properties[name] = restriction;
        return own;
    }
}
