// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Schema;

namespace Pelago.Packages.Format;

/// <summary>What each file of a package may hold, by packaging version. For one thread at a time.</summary>
internal sealed class PackageSchemas
{
    /// <summary>The packaging version of Pelago's own packages, whose template prints Kubernetes objects.</summary>
    public const string Own = "pelago-1";

    private readonly Dictionary<string, SchemaValidator> _package = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SchemaValidator> _resource = new(StringComparer.Ordinal);

    public PackageSchemas()
    {
        var documents = new SchemaDocuments();
        JsonObject all = Read();
        SchemaSite site = documents.Add("urn:pelago:packages", all);
        foreach ((string version, JsonNode? schema) in all.Object("package")!)
            _package[version] = new SchemaValidator(documents, site.Within(schema));
        foreach ((string version, JsonNode? schema) in all.Object("resource")!)
            _resource[version] = new SchemaValidator(documents, site.Within(schema));
        Command = new SchemaValidator(documents, site.Within(all["command"]));
    }

    public IEnumerable<string> PackagingVersions => _package.Keys;

    public SchemaValidator Command { get; }

    /// <summary>Of config.json, which is a schema itself.</summary>
    public SchemaValidator Config { get; } = SchemaValidator.OfSchemas();

    /// <summary>Of package.json; null for a packaging version that is not known.</summary>
    public SchemaValidator? Package(string packagingVersion) => _package.GetValueOrDefault(packagingVersion);

    public SchemaValidator Resource(string packagingVersion) => _resource[packagingVersion];

    private static JsonObject Read()
    {
        using Stream stream = typeof(PackageSchemas).Assembly.GetManifestResourceStream("packages.schema.json")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return KubeJson.ParseObject(bytes.ToArray());
    }
}
