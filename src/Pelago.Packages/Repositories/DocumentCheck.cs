// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.Packages.Schema;
using Pelago.Packages.Templates;

namespace Pelago.Packages.Repositories;

/// <summary>Checks the packages of a built document by the rules that those of a folder have. For one thread at a time.</summary>
internal sealed class DocumentCheck
{
    private readonly PackageSchemas _schemas = new();

    /// <summary>The package; null when it is not whole, or larger than what is read back.</summary>
    public JsonObject? Read(JsonElement element)
    {
        ReadOnlySpan<byte> utf8 = JsonMarshal.GetRawUtf8Value(element);
        if (element.ValueKind != JsonValueKind.Object || utf8.Length > RepositoryDocument.MaxPackage)
            return null;
        try
        {
            JsonObject package = KubeJson.ParseObject(utf8.ToArray());
            // A character may take six bytes where it took two, once it is written as an escape.
            bool fits = utf8.Length <= RepositoryDocument.MaxPackage / 4 || KubeJson.ToUtf8(package).Length <= RepositoryDocument.MaxPackage;
            return fits && IsWhole(package) ? package : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool IsWhole(JsonObject package)
    {
        string version = package.String("packagingVersion") ?? "";
        if (_schemas.Package(version) is not { } schema || package.Integer("releaseVersion") is not >= 0)
            return false;
        JsonObject fields = RepositoryDocument.FieldsOf(package);
        var parts = new PackageParts(fields)
        {
            Resource = package.Object("resource"), HasCommand = package["command"] is not null,
            HasMarathonTemplate = package["marathon"] is not null, HasKubernetesTemplate = package["kubernetes"] is not null,
        };
        return IsValid(fields, schema) && IsValid(package["config"], _schemas.Config) && IsValid(package["resource"], _schemas.Resource(version)) && IsValid(package["command"], _schemas.Command)
            && !parts.Faults().Any() && IsTemplate(package["marathon"], "v2AppMustacheTemplate") && IsTemplate(package["kubernetes"], "mustacheTemplate");
    }

    private static bool IsValid(JsonNode? part, SchemaValidator schema) => part is null || (part is JsonObject && schema.Validate(part).Count == 0);

    private static bool IsTemplate(JsonNode? part, string field)
    {
        if (part is null)
            return true;
        try
        {
            if (RepositoryDocument.Text((part as JsonObject)?.String(field)) is not { } text)
                return false;
            Template.Parse(text);
            return true;
        }
        catch (TemplateException)
        {
            return false;
        }
    }
}
