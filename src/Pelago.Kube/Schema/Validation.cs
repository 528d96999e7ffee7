// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Schema;

/// <summary>
/// Whether a document keeps to its schema; the causes carry upstream's paths and texts. Custom resources are held to all of OpenAPI v3, formats and list
/// types included; of built-in types only required fields and enums are checked, because upstream checks the rest kind by kind.
/// The document must be pruned and defaulted.
/// </summary>
public static class Validation
{
    /// <summary>More causes than this help nobody.</summary>
    public const int MaxCauses = 200;

    public static IReadOnlyList<StatusCause> Validate(JsonNode? value, SchemaNode schema)
    {
        var walk = new ValidationWalk(new SchemaPath(), schema.DefinitionName is not null);
        walk.Value(value, schema);
        if (schema.DefinitionName is null)
            ListUniqueness.Check(value, schema, new SchemaPath(), walk.Causes);
        return walk.Causes.Count <= MaxCauses ? walk.Causes : walk.Causes.GetRange(0, MaxCauses);
    }
}
