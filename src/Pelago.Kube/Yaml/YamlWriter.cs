// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>
/// JSON to YAML as <c>kubectl -o yaml</c> prints it: two spaces, lists not indented under their key, long lines folded at 80, texts quoted
/// only where they would read back as something else, several lines as a literal block. Own code, because the emitter of YamlDotNet
/// chooses other quotes and escapes, and goldens of kubectl are compared byte by byte.
/// </summary>
public static class YamlWriter
{
    private const int MaxSimpleKey = 128;

    /// <summary>One document, without a leading <c>---</c>. Fields keep their order unless <paramref name="sorted"/> asks for kubectl's (by name).</summary>
    public static string Write(JsonNode? node, bool sorted = false)
    {
        var text = new YamlTextWriter(new StringBuilder());
        if (node is JsonObject { Count: > 0 } json)
            WriteFields(text, json, 0, sorted);
        else if (node is JsonArray { Count: > 0 } array)
            WriteItems(text, array, 0, sorted);
        else
            WriteLeaf(text, node, 0);
        return text.Text.Append('\n').ToString();
    }

    /// <summary>The writer stands where the first key goes.</summary>
    private static void WriteFields(YamlTextWriter text, JsonObject json, int indent, bool sorted)
    {
        bool first = true;
        foreach ((string key, JsonNode? value) in sorted ? json.OrderBy(pair => pair.Key, YamlKeyOrder.Instance) : (IEnumerable<KeyValuePair<string, JsonNode?>>)json)
        {
            if (!first)
                text.NewLine(indent);
            first = false;
            WriteKey(text, key, indent);
            WriteValue(text, value, indent, sorted);
        }
    }

    private static void WriteKey(YamlTextWriter text, string key, int indent)
    {
        YamlTextStyle style = key == "<<" ? YamlTextStyle.DoubleQuoted : YamlTextStyles.Of(key);
        if (style == YamlTextStyle.Literal)
            style = YamlTextStyle.DoubleQuoted;

        // YamlDotNet takes the asterisk of "a *b:" for an alias and misses the key; kubectl would print it bare.
        if (style == YamlTextStyle.Plain && key.Contains('*', StringComparison.Ordinal))
            style = YamlTextStyle.SingleQuoted;
        if (key.Length <= MaxSimpleKey)
        {
            text.WriteScalar(key, style, indent, fold: false);
        }
        else
        {
            text.Write("? ");
            text.WriteScalar(key, style, indent + 2, fold: true);
            text.NewLine(indent);
        }

        text.Write(":");
    }

    private static void WriteValue(YamlTextWriter text, JsonNode? value, int indent, bool sorted)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } json:
                text.NewLine(indent + 2);
                WriteFields(text, json, indent + 2, sorted);
                break;
            case JsonArray { Count: > 0 } array:
                text.NewLine(indent);
                WriteItems(text, array, indent, sorted);
                break;
            default:
                text.Write(" ");
                WriteLeaf(text, value, indent + 2);
                break;
        }
    }

    private static void WriteItems(YamlTextWriter text, JsonArray array, int indent, bool sorted)
    {
        for (int i = 0; i < array.Count; i++)
        {
            if (i > 0)
                text.NewLine(indent);
            text.Write("- ");
            if (array[i] is JsonObject { Count: > 0 } json)
                WriteFields(text, json, indent + 2, sorted);
            else if (array[i] is JsonArray { Count: > 0 } inner)
                WriteItems(text, inner, indent + 2, sorted);
            else
                WriteLeaf(text, array[i], indent + 2);
        }
    }

    private static void WriteLeaf(YamlTextWriter text, JsonNode? node, int indent)
    {
        switch (node?.GetValueKind())
        {
            case JsonValueKind.String:
                string value = node.GetValue<string>();
                text.WriteScalar(value, YamlTextStyles.Of(value), indent, fold: true);
                break;
            case JsonValueKind.Number:
                text.Write(Number(Encoding.UTF8.GetString(KubeJson.ToUtf8(node))));
                break;
            case JsonValueKind.True or JsonValueKind.False:
                text.Write(node.GetValueKind() == JsonValueKind.True ? "true" : "false");
                break;
            default:
                text.Write(node switch { JsonObject => "{}", JsonArray => "[]", _ => "null" });
                break;
        }
    }

    /// <summary>Whole numbers as they are, others as Go's <c>%g</c> spells the nearest double.</summary>
    private static string Number(string json)
    {
        bool whole = long.TryParse(json, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            || ulong.TryParse(json, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        if (whole)
            return json;
        double value = double.Parse(json, NumberStyles.Float, CultureInfo.InvariantCulture);
        double size = Math.Abs(value);
        if (size < 1e18 && value == Math.Floor(value))
            return ((long)value).ToString(CultureInfo.InvariantCulture);
        return GoText.Float(value);
    }
}
