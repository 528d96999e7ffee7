// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Rendering;

/// <summary>
/// One spelling for each document, so that digests can be compared: keys in the order of their code points, no spaces, characters beyond ASCII as they
/// are, a number that is whole as an integer and others in as few digits as tell it apart.
/// </summary>
public static class CanonicalJson
{
    public static string Of(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(text, node);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject json:
                WriteObject(text, json);
                break;
            case JsonArray array:
                text.Append('[');
                for (int i = 0; i < array.Count; i++)
                {
                    text.Append(i == 0 ? "" : ",");
                    Write(text, array[i]);
                }

                text.Append(']');
                break;
            default:
                WriteScalar(text, node);
                break;
        }
    }

    private static void WriteObject(StringBuilder text, JsonObject json)
    {
        text.Append('{');
        bool first = true;
        foreach ((string name, JsonNode? value) in json.OrderBy(pair => pair.Key, CodePoints.Order))
        {
            text.Append(first ? "" : ",");
            first = false;
            WriteString(text, name);
            text.Append(':');
            Write(text, value);
        }

        text.Append('}');
    }

    private static void WriteScalar(StringBuilder text, JsonNode node)
    {
        switch (node.GetValueKind())
        {
            case JsonValueKind.String:
                WriteString(text, node.GetValue<string>());
                break;
            case JsonValueKind.Number:
                text.Append(node.AsInteger() is { } integer ? integer.ToString(CultureInfo.InvariantCulture) : Number(node.ToJsonString()));
                break;
            default:
                text.Append(node.GetValueKind() == JsonValueKind.True ? "true" : "false");
                break;
        }
    }

    private static string Number(string spelled)
    {
        if (!spelled.AsSpan().ContainsAny('.', 'e', 'E'))
            return spelled == "-0" ? "0" : spelled;
        double real = double.Parse(spelled, CultureInfo.InvariantCulture);
        if (!double.IsFinite(real))
            return spelled;
        if (real == Math.Truncate(real))
            return new BigInteger(real).ToString(CultureInfo.InvariantCulture);
        // The digits of the shortest form; an exponent only below 1e-4, with two digits at least.
        string shortest = real.ToString("R", CultureInfo.InvariantCulture);
        int sign = shortest.IndexOf('E', StringComparison.Ordinal);
        return sign < 0 ? shortest : $"{shortest[..sign]}e{(shortest[sign + 1] == '-' ? "-" : "+")}{shortest[(sign + 2)..].PadLeft(2, '0')}";
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            switch (c)
            {
                case '"':
                    text.Append("\\\"");
                    break;
                case '\\':
                    text.Append("\\\\");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case '\b':
                    text.Append("\\b");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                default:
                    if (c < ' ')
                        text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    else
                        text.Append(c);
                    break;
            }
        }

        text.Append('"');
    }

    private sealed class CodePoints : IComparer<string>
    {
        public static readonly CodePoints Order = new();

        public int Compare(string? x, string? y)
        {
            x ??= "";
            y ??= "";
            for (int i = 0; i < Math.Min(x.Length, y.Length); i++)
            {
                // Half of a pair stands for a code point above all others.
                if (x[i] != y[i])
                    return char.IsSurrogate(x[i]) != char.IsSurrogate(y[i]) ? (char.IsSurrogate(x[i]) ? 1 : -1) : x[i] - y[i];
            }

            return x.Length - y.Length;
        }
    }
}
