// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.CustomResources;

/// <summary>Everything that is checked of one <c>openAPIV3Schema</c>, in upstream's order.</summary>
internal static class SchemaRules
{
    /// <summary>What may stand at the root of a schema with a status subresource: the rest could not be kept when the status is validated by itself.</summary>
    private static readonly HashSet<string> AllowedAtRoot =
    [
        "description", "type", "format", "title", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern",
        "maxItems", "minItems", "uniqueItems", "multipleOf", "required", "items", "properties", "externalDocs", "example",
        "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations",
    ];

    private const string AllowedNames =
        "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems "
        + "MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]";

    /// <summary><paramref name="path"/> is that of the validation: <c>spec.validation</c> or <c>spec.versions[1].schema</c>.</summary>
    public static void Check(JsonObject schema, string path, bool hasStatus, List<StatusCause> causes)
    {
        string schemaPath = $"{path}.openAPIV3Schema";
        if (hasStatus)
            CheckRoot(schema, schemaPath, causes);
        if (schema.Boolean("nullable") == true)
            causes.Add(FieldCause.Forbidden($"{schemaPath}.nullable", "nullable cannot be true at the root"));
        var structural = new List<StatusCause>();
        new StructuralRules(structural).Check(schema, schemaPath);
        new CompletenessRules(structural).Check(schema, schemaPath);
        structural.Sort((one, other) => string.CompareOrdinal($"{one.Field}: {one.Message}", $"{other.Field}: {other.Message}"));
        // Defaults are only looked at in a schema that can be read.
        if (structural.Count == 0)
            DefaultRules.Check(schema, schemaPath, structural);
        causes.AddRange(structural);
        new OpenApiRules(causes).Check(schema, schemaPath);
    }

    private static void CheckRoot(JsonObject schema, string path, List<StatusCause> causes)
    {
        if (schema.String("type") is { } type and not "object")
            causes.Add(FieldCause.Invalid($"{path}.type", type, "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled"));
        else if (schema.Any(each => !AllowedAtRoot.Contains(each.Key)))
            causes.Add(FieldCause.Invalid(path, schema, $"only {AllowedNames} fields are allowed at the root of the schema if the status subresource is enabled"));
    }
}
