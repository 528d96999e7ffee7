// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>Broken JSON in the words of Go's decoder, which clients know.</summary>
internal static class GoJsonFault
{
    private const string Identity = "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }";

    /// <summary>A value where a document should say what it is.</summary>
    public static string NoDocument(JsonNode value) => NotDecoded(value, Identity);

    public static string NotDecoded(JsonNode value, string type) => $"json: cannot unmarshal {TypeOf(value)} into Go value of type {type}";

    public static string Describe(JsonException fault, ReadOnlySpan<byte> utf8)
    {
        long at = Offset(fault, utf8);
        if (at >= utf8.Length || utf8[(int)at..].Trim(" \t\r\n"u8).IsEmpty || fault.Message.Contains("end of data", StringComparison.Ordinal))
            return "unexpected end of JSON input";
        if (Rune.DecodeFromUtf8(utf8[(int)at..], out Rune rune, out _) != System.Buffers.OperationStatus.Done)
            return "invalid character in JSON input";
        bool isTooDeep = fault.Message.Contains("maximum configured depth", StringComparison.Ordinal);
        return $"invalid character '{rune}' {(isTooDeep ? $"exceeded max depth of {KubeJson.MaxDepth} levels" : "looking for beginning of value")}";
    }

    private static string TypeOf(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        _ => "bool",
    };

    private static long Offset(JsonException fault, ReadOnlySpan<byte> utf8)
    {
        int start = 0;
        for (long line = fault.LineNumber ?? 0; line > 0; line--)
        {
            int next = utf8[start..].IndexOf((byte)'\n');
            if (next < 0)
                return utf8.Length;
            start += next + 1;
        }

        return start + (fault.BytePositionInLine ?? 0);
    }
}
