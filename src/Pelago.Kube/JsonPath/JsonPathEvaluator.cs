// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>Walks a document along the steps of a template. The number of values that one evaluation may produce is bounded.</summary>
internal sealed class JsonPathEvaluator(bool allowMissingKeys)
{
    private const int MaxValues = 2_000_000;
    private int _values;

    /// <summary>One list of results for each piece outside ranges, and one for each piece of each round of a range.</summary>
    public List<List<JsonNode?>> Evaluate(IReadOnlyList<IReadOnlyList<JsonPathNode>> pieces, JsonNode? root)
    {
        var results = new List<List<JsonNode?>>();
        int end = Run(pieces, 0, root, results, isInRange: false);
        return end == pieces.Count ? results : throw new JsonPathRefusedException("not in range, nothing to end");
    }

    private static int EndOfRange(IReadOnlyList<IReadOnlyList<JsonPathNode>> pieces, int at)
    {
        int open = 1;
        while (at < pieces.Count)
        {
            if (pieces[at] is [JsonPathNode.Word { Name: "range" }, ..])
                open++;
            else if (pieces[at] is [JsonPathNode.Word { Name: "end" }, ..] && --open == 0)
                return at;
            at++;
        }

        return at;
    }

    /// <summary>Runs pieces until the end that closes this level; returns where that is.</summary>
    private int Run(IReadOnlyList<IReadOnlyList<JsonPathNode>> pieces, int at, JsonNode? root, List<List<JsonNode?>> results, bool isInRange)
    {
        while (at < pieces.Count)
        {
            IReadOnlyList<JsonPathNode> piece = pieces[at];
            switch (piece)
            {
                case [JsonPathNode.Word { Name: "end" }, ..]:
                    return isInRange ? at : throw new JsonPathRefusedException("not in range, nothing to end");
                case [JsonPathNode.Word { Name: "range" }, ..]:
                    foreach (JsonNode? value in Walk([root], [.. piece.Skip(1)]))
                        Run(pieces, at + 1, value, results, isInRange: true);
                    at = EndOfRange(pieces, at + 1);
                    break;
                default:
                    results.Add(Walk([root], piece));
                    break;
            }

            at++;
        }

        return pieces.Count;
    }

    private List<JsonNode?> Walk(List<JsonNode?> input, IReadOnlyList<JsonPathNode> steps)
    {
        List<JsonNode?> values = input;
        foreach (JsonPathNode step in steps)
        {
            values = step switch
            {
                JsonPathNode.Literal literal => [literal.Value],
                JsonPathNode.Field field => Fields(values, field.Name),
                JsonPathNode.Slice slice => Slices(values, slice),
                JsonPathNode.Filter filter => Filtered(values, filter),
                JsonPathNode.Wildcard => [.. values.SelectMany(Children)],
                JsonPathNode.Recursive => Descendants(values),
                JsonPathNode.Union union => [.. union.Choices.SelectMany(choice => Walk(values, choice))],
                JsonPathNode.Word word => throw new JsonPathRefusedException($"unrecognized identifier {word.Name}"),
                _ => values,
            };
            _values += values.Count + 1;
            if (_values > MaxValues)
                throw new JsonPathRefusedException($"the template produces more than {MaxValues} values");
        }

        return values;
    }

    private List<JsonNode?> Fields(List<JsonNode?> values, string name)
    {
        var found = new List<JsonNode?>();
        foreach (JsonNode? value in values)
        {
            if (value is JsonObject json && json.TryGetPropertyValue(name, out JsonNode? field))
                found.Add(field);
        }

        if (found.Count == 0 && values.Count > 0 && !allowMissingKeys)
            throw new JsonPathRefusedException($"{name} is not found");
        return found;
    }

    private static List<JsonNode?> Slices(List<JsonNode?> values, JsonPathNode.Slice slice)
    {
        var found = new List<JsonNode?>();
        foreach (JsonNode? value in values)
        {
            if (value is null)
                continue;
            if (value is not JsonArray array)
                throw new JsonPathRefusedException($"{TypeName(value)} is not array or slice");
            int start = FromEnd(slice.Start ?? 0, array.Count);
            int end = slice.IsIndex ? start + 1 : FromEnd(slice.End ?? array.Count, array.Count);
            if (start == end)
                continue;
            if (start >= array.Count || start < 0)
                throw new JsonPathRefusedException($"array index out of bounds: index {start}, length {array.Count}");
            if (end > array.Count || end < 0)
                throw new JsonPathRefusedException($"array index out of bounds: index {end - 1}, length {array.Count}");
            if (start > end)
                throw new JsonPathRefusedException($"starting index {start} is greater than ending index {end}");
            if (slice.Step is <= 0)
                throw new JsonPathRefusedException("step must be > 0");
            for (long i = start; i < end; i += slice.Step ?? 1)
                found.Add(array[(int)i]);
        }

        return found;
    }

    private static int FromEnd(int index, int length) => index < 0 ? index + length : index;

    private static IEnumerable<JsonNode?> Children(JsonNode? value) => value switch
    {
        JsonObject json => json.Select(pair => pair.Value),
        JsonArray array => array,
        _ => [],
    };

    /// <summary>All objects, arrays and texts that have something in them, parents first.</summary>
    private List<JsonNode?> Descendants(List<JsonNode?> values)
    {
        var found = new List<JsonNode?>();
        foreach (JsonNode? value in values)
        {
            List<JsonNode?> children = [.. Children(value)];
            _values += children.Count;
            if (_values > MaxValues)
                throw new JsonPathRefusedException($"the template produces more than {MaxValues} values");
            if (children.Count == 0 && !(value is JsonValue scalar && scalar.TryGetValue(out string? text) && text.Length > 0))
                continue;
            found.Add(value);
            found.AddRange(Descendants(children));
        }

        return found;
    }

    private List<JsonNode?> Filtered(List<JsonNode?> values, JsonPathNode.Filter filter)
    {
        var found = new List<JsonNode?>();
        foreach (JsonNode? value in values)
        {
            if (value is not JsonArray array)
                throw new JsonPathRefusedException($"{Print(value)} is not array or slice and cannot be filtered");
            foreach (JsonNode? item in array)
            {
                if (Passes(item, filter))
                    found.Add(item);
            }
        }

        return found;
    }

    private bool Passes(JsonNode? item, JsonPathNode.Filter filter)
    {
        if (filter.Operator == "exists")
        {
            try
            {
                return Walk([item], filter.Left).Count > 0;
            }
            catch (JsonPathRefusedException) when (!allowMissingKeys)
            {
                return false;
            }
        }

        List<JsonNode?> left = Walk([item], filter.Left);
        if (left.Count == 0)
            return false;
        List<JsonNode?> right = Walk([item], filter.Right);
        if (right.Count == 0)
            return false;
        if (left.Count > 1 || right.Count > 1)
            throw new JsonPathRefusedException("can only compare one element at a time");
        return JsonPathComparison.Holds(left[0], filter.Operator, right[0]);
    }

    private static string TypeName(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Object => "map[string]interface {}",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.AsInteger() is null ? "float64" : "int64",
        _ => "bool",
    };

    private static string Print(JsonNode? value) => value is null ? "<nil>" : JsonPath.Print(value);
}
