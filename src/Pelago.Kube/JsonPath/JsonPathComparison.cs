// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>Compares two scalars of a filter. Whole numbers compare with others, which upstream refuses.</summary>
internal static class JsonPathComparison
{
    public static bool Holds(JsonNode? left, string @operator, JsonNode? right)
    {
        JsonValueKind leftKind = left?.GetValueKind() ?? JsonValueKind.Null;
        JsonValueKind rightKind = right?.GetValueKind() ?? JsonValueKind.Null;
        if (leftKind is JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array
            || rightKind is JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array)
            throw new JsonPathRefusedException("invalid type for comparison");
        bool isBoolean = leftKind is JsonValueKind.True or JsonValueKind.False;
        if (isBoolean ? rightKind is not (JsonValueKind.True or JsonValueKind.False) : leftKind != rightKind)
            throw new JsonPathRefusedException("incompatible types for comparison");
        if (isBoolean && @operator is not ("==" or "!="))
            throw new JsonPathRefusedException("invalid type for comparison");
        int order = leftKind switch
        {
            JsonValueKind.String => string.CompareOrdinal(left!.GetValue<string>(), right!.GetValue<string>()),
            JsonValueKind.Number => Compare(left!, right!),
            _ => leftKind == rightKind ? 0 : 1,
        };
        return @operator switch
        {
            "==" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            ">=" => order >= 0,
            _ => throw new JsonPathRefusedException($"unrecognized filter operator {@operator}"),
        };
    }

    private static int Compare(JsonNode left, JsonNode right) => left.AsInteger() is { } leftInteger && right.AsInteger() is { } rightInteger
        ? leftInteger.CompareTo(rightInteger)
        : ToDouble(left).CompareTo(ToDouble(right));

    private static double ToDouble(JsonNode node) =>
        double.Parse(KubeJson.ToUtf8(node), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture);
}
