// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Packages.Schema;

/// <summary>A schema and the address that references in it start from.</summary>
internal readonly record struct SchemaSite(JsonNode? Schema, string Base)
{
    public SchemaSite Within(JsonNode? schema) => new(schema, Base);
}
