// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Schema;

/// <summary>
/// anyOf, oneOf, allOf and not. Their errors name no field (upstream prints <c>&lt;nil&gt;</c>) and carry the path in the text:
/// <c>"spec" must validate one and only one schema (oneOf). Found none valid</c>.
/// </summary>
internal static class Combinations
{
    private const string NoField = "<nil>";

    public static void Check(JsonNode value, SchemaNode schema, SchemaPath path, List<StatusCause> causes)
    {
        if (schema.AnyOf is { Count: > 0 } anyOf)
            AnyOf(value, anyOf, path, causes);
        if (schema.OneOf is { Count: > 0 } oneOf)
            OneOf(value, oneOf, path, causes);
        if (schema.AllOf is { Count: > 0 } allOf)
            AllOf(value, allOf, path, causes);
        if (schema.Not is { } not && Try(value, not, path).Count == 0)
            causes.Add(Cause(path, "must not validate the schema (not)"));
    }

    private static void AnyOf(JsonNode value, IReadOnlyList<SchemaNode> schemas, SchemaPath path, List<StatusCause> causes)
    {
        List<StatusCause>? best = null;
        foreach (SchemaNode schema in schemas)
        {
            List<StatusCause> found = Try(value, schema, path);
            if (found.Count == 0)
                return;
            best = Better(best, found);
        }
        causes.Add(Cause(path, "must validate at least one schema (anyOf)"));
        causes.AddRange(best!);
    }

    private static void OneOf(JsonNode value, IReadOnlyList<SchemaNode> schemas, SchemaPath path, List<StatusCause> causes)
    {
        List<StatusCause>? best = null;
        int valid = 0;
        foreach (SchemaNode schema in schemas)
        {
            List<StatusCause> found = Try(value, schema, path);
            if (found.Count == 0)
                valid++;
            else
                best = Better(best, found);
        }
        if (valid == 1)
            return;
        string alternatives = valid == 0 ? "Found none valid" : $"Found {valid} valid alternatives";
        causes.Add(Cause(path, $"must validate one and only one schema (oneOf). {alternatives}"));
        if (valid == 0)
            causes.AddRange(best!);
    }

    private static void AllOf(JsonNode value, IReadOnlyList<SchemaNode> schemas, SchemaPath path, List<StatusCause> causes)
    {
        int valid = 0;
        foreach (SchemaNode schema in schemas)
        {
            List<StatusCause> found = Try(value, schema, path);
            causes.AddRange(found);
            valid += found.Count == 0 ? 1 : 0;
        }
        if (valid != schemas.Count)
            causes.Add(Cause(path, "must validate all the schemas (allOf)" + (valid == 0 ? ". None validated" : "")));
    }

    private static List<StatusCause> Try(JsonNode value, SchemaNode schema, SchemaPath path)
    {
        var walk = new ValidationWalk(path, builtIn: false);
        walk.Value(value, schema);
        return walk.Causes;
    }

    /// <summary>The alternative that came closest tells the user most.</summary>
    private static List<StatusCause> Better(List<StatusCause>? best, List<StatusCause> found) =>
        best is null || found.Count < best.Count ? found : best;

    private static StatusCause Cause(SchemaPath path, string text) =>
        FieldCause.Invalid(NoField, JsonValue.Create(""), $"{GoText.Quote(path.ToString())} {text}");
}
