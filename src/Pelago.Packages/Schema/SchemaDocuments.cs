// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Schema;

/// <summary>The schemas that references can lead to. Nothing is ever fetched: what was not put here is not found.</summary>
internal sealed class SchemaDocuments
{
    private static readonly JsonNode Draft4 = ReadDraft4();
    private static readonly string[] Single = ["items", "additionalItems", "additionalProperties", "not"];
    private static readonly string[] Named = ["definitions", "properties", "patternProperties", "dependencies"];
    private static readonly string[] Listed = ["items", "allOf", "anyOf", "oneOf"];
    private readonly Dictionary<string, SchemaSite> _sites = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, string), SchemaSite> _resolved = [];

    public SchemaDocuments() => MetaSchema = Add("http://json-schema.org/draft-04/schema", Draft4);

    /// <summary>The schema of draft-04 schemas.</summary>
    public SchemaSite MetaSchema { get; }

    /// <summary>Makes a schema known at an address, and those within it at the ids that they give themselves.</summary>
    public SchemaSite Add(string address, JsonNode? schema)
    {
        var site = new SchemaSite(schema, address);
        _sites[SchemaAddress.Document(address)] = site;
        Index(site, 0);
        return site;
    }

    /// <summary>The address that references within a schema start from: its own id, where it has one.</summary>
    public static string BaseOf(JsonObject schema, string outer) =>
        schema.String("id") is { Length: > 0 } id && id[0] != '#' && schema.String("$ref") is null ? SchemaAddress.Join(outer, id) : outer;

    /// <summary>The schema that a reference leads to. Throws a <see cref="SchemaRefusedException"/> when there is none.</summary>
    public SchemaSite Resolve(string start, string reference)
    {
        if (_resolved.TryGetValue((start, reference), out SchemaSite known))
            return known;
        string address = SchemaAddress.Join(start, reference);
        string fragment = SchemaAddress.Fragment(address);
        string document = SchemaAddress.Document(address);
        if (fragment.Length > 0 && fragment[0] != '/')
        {
            if (!_sites.TryGetValue($"{document}#{fragment}", out known))
                throw new SchemaRefusedException($"$ref {reference} leads nowhere");
        }
        else if (!_sites.TryGetValue(document, out known) || (fragment.Length > 0 && !TryWalk(known, fragment, out known)))
        {
            throw new SchemaRefusedException($"$ref {reference} leads nowhere");
        }

        _resolved[(start, reference)] = known;
        return known;
    }

    private static bool TryWalk(SchemaSite site, string pointer, out SchemaSite found)
    {
        found = site;
        foreach (string token in pointer.Split('/').Skip(1).Select(InstancePath.Unescape))
        {
            string address = found.Schema is JsonObject outer ? BaseOf(outer, found.Base) : found.Base;
            JsonNode? next = found.Schema switch
            {
                JsonObject json => json[token],
                JsonArray array when int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < array.Count => array[index],
                _ => null,
            };
            if (next is null)
                return false;
            found = new SchemaSite(next, address);
        }

        return true;
    }

    private void Index(SchemaSite site, int depth)
    {
        if (site.Schema is not JsonObject schema || depth > KubeJson.MaxDepth || schema.String("$ref") is not null)
            return;
        string outer = site.Base;
        if (schema.String("id") is { Length: > 0 } id)
        {
            string address = SchemaAddress.Join(outer, id);
            string inner = BaseOf(schema, outer);
            string fragment = SchemaAddress.Fragment(address);
            // The address of this schema, and where a fragment names it, that name, too.
            if (id[0] != '#')
                _sites[SchemaAddress.Document(address)] = site;
            if (fragment.Length > 0)
                _sites[$"{SchemaAddress.Document(address)}#{fragment}"] = site;
            outer = inner;
        }

        foreach (JsonNode? child in Children(schema))
            Index(new SchemaSite(child, outer), depth + 1);
    }

    private static IEnumerable<JsonNode?> Children(JsonObject schema) =>
        Single.Select(keyword => schema[keyword])
            .Concat(Named.SelectMany(keyword => schema.Object(keyword)?.Select(pair => pair.Value) ?? []))
            .Concat(Listed.SelectMany(keyword => schema.Array(keyword) ?? (IEnumerable<JsonNode?>)[]));

    private static JsonNode ReadDraft4()
    {
        using Stream stream = typeof(SchemaDocuments).Assembly.GetManifestResourceStream("draft-04.json")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return KubeJson.ParseObject(bytes.ToArray());
    }
}
