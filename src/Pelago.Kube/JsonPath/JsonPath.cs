// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>
/// A JSONPath template in kubectl's dialect: <c>{.items[*].metadata.name}</c>, <c>{range .items[*]}{.a}{"\n"}{end}</c>,
/// filters <c>?(@.type=="Ready")</c>, slices, unions, <c>..</c>. Also the bare form of printer columns, <c>.spec.replicas</c>.
/// Immutable; bounded in length, nesting and the number of values it may produce.
/// </summary>
public sealed class JsonPath
{
    private const int MaxLength = 16 * 1024;
    private readonly List<IReadOnlyList<JsonPathNode>> _pieces;

    private JsonPath(string text, List<IReadOnlyList<JsonPathNode>> pieces)
    {
        Text = text;
        _pieces = pieces;
    }

    public string Text { get; }

    /// <summary>Reads a template: text outside braces stands for itself. <paramref name="error"/> is upstream's text.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out JsonPath? path, [NotNullWhen(false)] out string? error)
    {
        (path, error) = (null, null);
        if (text.Length > MaxLength)
        {
            error = $"the template is longer than {MaxLength} characters";
            return false;
        }

        try
        {
            path = new JsonPath(text, JsonPathParser.ParseTemplate(text));
            return true;
        }
        catch (JsonPathRefusedException refused)
        {
            error = refused.Message;
            return false;
        }
    }

    /// <summary>Reads one bare expression, as additionalPrinterColumns and custom-columns have it: <c>.a.b</c>, <c>a.b</c> or <c>{.a.b}</c>.</summary>
    public static bool TryParseExpression(string text, [NotNullWhen(true)] out JsonPath? path, [NotNullWhen(false)] out string? error)
    {
        string inner = text is ['{', .., '}'] ? text[1..^1] : text;
        bool isBare = inner.Length > 0 && inner[0] is not ('.' or '[' or '$' or '@');
        return TryParse($"{{{(isBare ? "." : "")}{inner}}}", out path, out error);
    }

    public static JsonPath Parse(string text) => TryParse(text, out JsonPath? path, out string? error) ? path : throw new FormatException(error);

    /// <summary>Fills the template in. Without <paramref name="allowMissingKeys"/> a field that is nowhere found is an error.</summary>
    public bool TryRender(JsonNode? root, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? error, bool allowMissingKeys = true)
    {
        text = null;
        if (!TryEvaluate(root, allowMissingKeys, out List<List<JsonNode?>>? results, out error))
            return false;
        var rendered = new StringBuilder();
        foreach (List<JsonNode?> values in results)
            rendered.AppendJoin(' ', values.Select(Print));
        text = rendered.ToString();
        return true;
    }

    /// <summary>The values of the first expression; none when a key is missing or the path does not fit the document.</summary>
    public IReadOnlyList<JsonNode?> Find(JsonNode? root) =>
        TryEvaluate(root, allowMissingKeys: true, out List<List<JsonNode?>>? results, out _) && results.Count > 0 ? results[0] : [];

    /// <summary>A value as kubectl prints it: texts bare, objects and lists as compact JSON with sorted keys.</summary>
    public static string Print(JsonNode? node) => node?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.String => node.GetValue<string>(),
        JsonValueKind.Number when node.AsInteger() is { } integer => integer.ToString(CultureInfo.InvariantCulture),
        JsonValueKind.Number => GoText.Float(double.Parse(KubeJson.ToUtf8(node), NumberStyles.Float, CultureInfo.InvariantCulture)),
        _ => Encoding.UTF8.GetString(KubeJson.ToUtf8(Sorted(node)!)),
    };

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject json => new JsonObject(json.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))),
        JsonArray array => new JsonArray([.. array.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private bool TryEvaluate(
        JsonNode? root, bool allowMissingKeys, [NotNullWhen(true)] out List<List<JsonNode?>>? results, [NotNullWhen(false)] out string? error)
    {
        (results, error) = (null, null);
        try
        {
            results = new JsonPathEvaluator(allowMissingKeys).Evaluate(_pieces, root);
            return true;
        }
        catch (JsonPathRefusedException refused)
        {
            error = refused.Message;
            return false;
        }
    }
}
