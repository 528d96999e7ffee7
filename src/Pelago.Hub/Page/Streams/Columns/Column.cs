// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Hub.Page.Streams.Columns;

/// <summary>One column of a subscription: what of a document it shows, as JSON in one line (docs/protocols/page.md).</summary>
internal sealed class Column
{
    private const int LongestText = 512;
    private const int LongestValue = 16 << 10;
    private const int LongestObject = 256 << 10;
    private static readonly byte[] Null = [.. "null"u8];
    private static readonly JsonWriterOptions Layout = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = 2 * KubeJson.MaxDepth };
    private readonly ColumnPath? _path;
    private readonly Func<JsonElement, List<JsonElement>, byte[]> _value;

    private Column(ColumnPath? path, Func<JsonElement, List<JsonElement>, byte[]> value) => (_path, _value) = (path, value);

    public static bool TryParse(string text, [NotNullWhen(true)] out Column? column, [NotNullWhen(false)] out string? error)
    {
        (column, error) = (null, null);
        if (text.Length > LongestText)
        {
            error = $"a column has at most {LongestText} characters";
            return false;
        }
        int open = text.IndexOf('(', StringComparison.Ordinal);
        bool isFunction = open > 0 && text[0] is not ('.' or '[') && text.EndsWith(')');
        string function = isFunction ? text[..open] : "", inner = isFunction ? text[(open + 1)..^1] : text;
        if (isFunction && inner.Length == 0)
            return TryWhole(function, out column, out error);
        if (!ColumnPath.TryParse(inner, out ColumnPath? path, out error))
            return false;
        Func<JsonElement, List<JsonElement>, byte[]>? value = function switch
        {
            "" => path.IsMany ? static (_, found) => Listed(found) : static (_, found) => found.Count == 0 ? Null : ValueOf(found[0], LongestValue),
            "first" => static (_, found) => found.Count == 0 ? Null : ValueOf(found[0], LongestValue),
            "count" => static (_, found) => Number(found.Count),
            "sum" => static (_, found) => Number(found.Sum(item => item.ValueKind == JsonValueKind.Number ? item.GetDouble() : 0)),
            "cpu" or "bytes" => static (_, found) => Number(found.Sum(Quantities.Of)),
            _ => null,
        };
        if (value is null)
        {
            error = $"there is no function {function}: known are count, sum, first, cpu, bytes, object and those of pods";
            return false;
        }
        column = new Column(path, value);
        return true;
    }

    /// <summary>The value for one document. <paramref name="scratch"/> is the caller's, for any number of calls.</summary>
    public byte[] Of(JsonElement document, List<JsonElement> scratch)
    {
        scratch.Clear();
        _path?.Find(document, scratch);
        return _value(document, scratch);
    }

    public static byte[] Number(double value) => Encoding.ASCII.GetBytes(double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "0");

    public static byte[] Text(string value) => [.. "\""u8, .. JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, .. "\""u8];

    private static bool TryWhole(string function, [NotNullWhen(true)] out Column? column, [NotNullWhen(false)] out string? error)
    {
        error = null;
        Func<JsonElement, byte[]>? value = function == "object" ? static document => ValueOf(document, LongestObject) : PodColumns.Find(function);
        column = value is null ? null : new Column(null, (document, _) => value(document));
        if (column is not null)
            return true;
        error = $"there is no function {function}() without a path: known are object() and {PodColumns.Names}";
        return false;
    }

    private static byte[] Listed(List<JsonElement> found)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        buffer.Write("["u8);
        for (int i = 0; i < found.Count; i++)
        {
            if (i > 0)
                buffer.Write(","u8);
            buffer.Write(ValueOf(found[i], LongestValue));
            if (buffer.WrittenCount > LongestValue)
                return Null;
        }
        buffer.Write("]"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] ValueOf(JsonElement value, int longest)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(value);
        if (raw.Length > longest)
            return Null;
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            return raw.ToArray();

        // A document may be spread over lines, and a frame is one.
        var buffer = new ArrayBufferWriter<byte>(raw.Length);
        using (var writer = new Utf8JsonWriter(buffer, Layout))
            value.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }
}
