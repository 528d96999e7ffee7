// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pelago.Engine.Registry;

namespace Pelago.Engine.OpenApi;

/// <summary>Writes a whole document: the paths of some kinds, and every definition that they reach.</summary>
internal static class OpenApiWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Version 3: one group version. <paramref name="served"/> are its kinds.</summary>
    public static byte[] Version3(IReadOnlyList<(ResourceKind Kind, ServedVersion Version)> served, string product) =>
        Write(served, OpenApiVersion.V3, product);

    /// <summary>Version 2: everything.</summary>
    public static byte[] Version2(IReadOnlyList<(ResourceKind Kind, ServedVersion Version)> served, string product) =>
        Write(served, OpenApiVersion.V2, product);

    private static byte[] Write(IReadOnlyList<(ResourceKind Kind, ServedVersion Version)> served, OpenApiVersion version, string product)
    {
        var catalogue = new DefinitionCatalogue();
        foreach ((ResourceKind kind, ServedVersion one) in served)
            catalogue.Add(kind, one);
        var buffer = new ArrayBufferWriter<byte>(256 * 1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            var schemas = new SchemaWriter(json, version, new DescriptionBook());
            json.WriteStartObject();
            json.WriteString(version == OpenApiVersion.V3 ? "openapi" : "swagger", version == OpenApiVersion.V3 ? "3.0.0" : "2.0");
            json.WriteStartObject("info");
            json.WriteString("title", "Kubernetes");
            json.WriteString("version", product);
            json.WriteEndObject();
            WritePaths(json, schemas, served, version, catalogue);
            WriteDefinitions(json, schemas, version, catalogue);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void WritePaths(
        Utf8JsonWriter json, SchemaWriter schemas, IReadOnlyList<(ResourceKind Kind, ServedVersion Version)> served, OpenApiVersion version,
        DefinitionCatalogue catalogue)
    {
        var paths = new KindPaths(json, new OperationWriter(json, schemas, version), catalogue.NameOf);
        json.WriteStartObject("paths");
        foreach ((ResourceKind kind, ServedVersion one) in served)
            paths.Write(kind, one.Name);
        json.WriteEndObject();
    }

    /// <summary>Definitions refer to further ones; written until nothing new is referred to.</summary>
    private static void WriteDefinitions(Utf8JsonWriter json, SchemaWriter schemas, OpenApiVersion version, DefinitionCatalogue catalogue)
    {
        if (version == OpenApiVersion.V3)
            json.WriteStartObject("components");
        json.WriteStartObject(version == OpenApiVersion.V3 ? "schemas" : "definitions");
        var written = new HashSet<string>();
        while (schemas.Referred.Except(written).Order(StringComparer.Ordinal).ToArray() is { Length: > 0 } next)
        {
            foreach (string name in next)
            {
                written.Add(name);
                json.WritePropertyName(name);
                schemas.WriteDefinition(catalogue.Get(name));
            }
        }
        json.WriteEndObject();
        if (version == OpenApiVersion.V3)
            json.WriteEndObject();
    }
}
