// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Engine.Discovery;
using Pelago.Engine.Registry;
using Pelago.Engine.Tables;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.CustomResources;

/// <summary>Makes the registry row of a CustomResourceDefinition whose names are accepted.</summary>
internal static class CustomResourceRow
{
    public static GroupResource ResourceOf(KubeObject definition) =>
        new(DefinitionReading.Group(definition), DefinitionReading.Names(definition).String("plural") ?? "");

    /// <summary>Null when no version is served.</summary>
    public static ResourceKind? Make(KubeObject definition)
    {
        IReadOnlyList<JsonObject> versions = DefinitionReading.Versions(definition);
        JsonObject[] served = [.. versions.Where(version => version.Boolean("served") == true)
            .OrderByDescending(version => version.String("name") ?? "", VersionOrder.Instance)];
        if (served.Length == 0 || versions.FirstOrDefault(version => version.Boolean("storage") == true) is not { } storage)
            return null;
        GroupResource resource = ResourceOf(definition);
        JsonObject names = DefinitionReading.AcceptedNames(definition);
        string kind = names.String("kind") ?? "";
        Dictionary<JsonObject, ServedVersion> made = versions.ToDictionary(version => version, version => Version(version, resource.Group, kind));
        return new ResourceKind
        {
            Group = resource.Group,
            Versions = [.. served.Select(version => made[version])],
            StorageVersion = made[storage].Name,
            StoredSchema = made[storage].Schema,
            Kind = kind,
            ListKind = names.String("listKind") ?? kind + "List",
            Plural = resource.Resource,
            Singular = names.String("singular") ?? "",
            ShortNames = DefinitionReading.Strings(names, "shortNames"),
            Categories = DefinitionReading.Strings(names, "categories"),
            Namespaced = definition.Spec?.String("scope") == "Namespaced",
            Subresources = Subresources(served, kind),
            StoreName = resource.ToString(),
            Fields = Fields(served),
            AllowUnconditionalUpdate = false,
            HasGeneration = true,
            StatusKeepsMetadata = true,
            IsCustom = true,
            // Its own revision is at or after that of the change.
            ReshapedAt = definition.Generation > 1 && long.TryParse(definition.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out long changed) ? changed : 0,
            // Nothing new while the objects of a deleted definition are being deleted.
            Verbs = definition.IsDeleting ? [.. ResourceVerbs.All.Where(verb => verb != "create")] : ResourceVerbs.All,
        };
    }

    private static ServedVersion Version(JsonObject version, string group, string kind)
    {
        string name = version.String("name")!;
        JsonObject? schema = DefinitionReading.Schema(version);
        return new ServedVersion
        {
            Name = name,
            Schema = new Lazy<SchemaNode?>(() => schema is null ? null : CustomSchema.Read(schema)),
            DeprecationWarning = version.Boolean("deprecated") == true
                ? version.String("deprecationWarning") ?? $"{group}/{name} {kind} is deprecated"
                : null,
            Printer = CustomTables.TryRead(version.Array("additionalPrinterColumns"), out TablePrinter? printer, out _) ? printer : BuiltInTables.Default,
        };
    }

    /// <summary>What any served version has; the registry knows subresources by kind.</summary>
    private static List<Subresource> Subresources(JsonObject[] served, string kind)
    {
        var subresources = new List<Subresource>();
        JsonObject[] parts = [.. served.Select(version => version.Object("subresources")).OfType<JsonObject>()];
        if (parts.Select(part => part.Object("scale")).OfType<JsonObject>().FirstOrDefault() is { } scale)
            subresources.Add(SubresourceRows.Scale(new ScaleMapping(
                FieldPath(scale.String("specReplicasPath") ?? ""), FieldPath(scale.String("statusReplicasPath") ?? ""),
                scale.String("labelSelectorPath") is { Length: > 0 } selector ? FieldPath(selector) : null)));
        if (Array.Exists(parts, part => part.ContainsKey("status")))
            subresources.Add(SubresourceRows.Status(kind));
        return subresources;
    }

    private static FieldIndex Fields(JsonObject[] served)
    {
        string[] paths = [.. served.SelectMany(version => version.Array("selectableFields")?.OfType<JsonObject>() ?? [])
            .Select(field => FieldPath(field.String("jsonPath") ?? "")).Distinct(StringComparer.Ordinal)];
        return paths.Length == 0 ? FieldIndex.NamesOnly : new FieldIndex([.. paths.Select(path => new SelectableField(path))]);
    }

    /// <summary>JSON paths here are only fields behind dots.</summary>
    private static string FieldPath(string jsonPath) => jsonPath.TrimStart('.');
}
