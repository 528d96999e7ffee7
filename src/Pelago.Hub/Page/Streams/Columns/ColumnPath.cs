// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Pelago.Hub.Page.Streams.Columns;

/// <summary>
/// A path through a document, in the part of kubectl's JSONPath that columns need: <c>.a.b</c>, <c>['a.b/c']</c>, <c>[0]</c>, <c>[*]</c>,
/// <c>[?(@.type=="Ready")]</c>. Read once, then walked for every event of tens of thousands of objects, so without a tree.
/// </summary>
internal sealed class ColumnPath
{
    private readonly PathStep[] _steps;

    private ColumnPath(PathStep[] steps) => _steps = steps;

    /// <summary>Whether it may lead to more than one value.</summary>
    public bool IsMany => _steps.Any(step => step.Kind == PathStepKind.Each);

    public static bool TryParse(string text, [NotNullWhen(true)] out ColumnPath? path, [NotNullWhen(false)] out string? error)
    {
        (path, error) = (null, null);
        PathStep[]? steps = new ColumnPathParser(text).Steps(out string? why);
        if (steps is null)
        {
            error = why ?? "";
            return false;
        }
        path = new ColumnPath(steps);
        return true;
    }

    /// <summary>Adds the values that it leads to; nothing where the document has no such field.</summary>
    public void Find(JsonElement root, List<JsonElement> found) => Walk(root, 0, found);

    private void Walk(JsonElement at, int step, List<JsonElement> found)
    {
        for (; step < _steps.Length; step++)
        {
            PathStep next = _steps[step];
            switch (next.Kind)
            {
                case PathStepKind.Field when at.ValueKind == JsonValueKind.Object && at.TryGetProperty(next.Name, out JsonElement value):
                    at = value;
                    break;
                case PathStepKind.Index when at.ValueKind == JsonValueKind.Array && next.Index < at.GetArrayLength():
                    at = at[next.Index];
                    break;
                case PathStepKind.Match when at.ValueKind == JsonValueKind.Array && First(at, next) is { } item:
                    at = item;
                    break;
                case PathStepKind.Each when at.ValueKind == JsonValueKind.Array:
                    foreach (JsonElement item in at.EnumerateArray())
                        Walk(item, step + 1, found);
                    return;
                case PathStepKind.Each when at.ValueKind == JsonValueKind.Object:
                    foreach (JsonProperty property in at.EnumerateObject())
                        Walk(property.Value, step + 1, found);
                    return;
                default:
                    return;
            }
        }
        if (at.ValueKind != JsonValueKind.Null)
            found.Add(at);
    }

    private static JsonElement? First(JsonElement list, PathStep step)
    {
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty(step.Name, out JsonElement value)
                && value.ValueKind == JsonValueKind.String && value.ValueEquals(step.Value))
                return item;
        }
        return null;
    }
}
