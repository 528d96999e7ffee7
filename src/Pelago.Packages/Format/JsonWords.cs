// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;

namespace Pelago.Packages.Format;

/// <summary>What is wrong with bytes that are no JSON, in words for people who wrote them: the library's own are for programmers.</summary>
public static class JsonWords
{
    /// <summary>Where and what, as in <c>line 3, column 5: } cannot stand there</c>.</summary>
    public static string Of(ReadOnlySpan<byte> utf8, JsonException fault) =>
        fault.LineNumber is { } line && !IsBlank(utf8) ? $"line {line + 1}, {InLine(utf8, fault)}" : InLine(utf8, fault);

    /// <summary>The same without the line.</summary>
    public static string InLine(ReadOnlySpan<byte> utf8, JsonException fault)
    {
        if (IsBlank(utf8))
            return "it is empty";
        // What this program refuses itself has no place, and words that can be read.
        if (fault.LineNumber is not { } line || fault.BytePositionInLine is not { } column)
            return fault.Message;
        string place = $"column {column + 1}";
        if (fault.Message.Contains("maximum configured depth", StringComparison.Ordinal))
            return $"{place}: it has too many levels";
        if (utf8.StartsWith(Encoding.UTF8.Preamble) && line == 0 && column == 0)
            return $"{place}: it begins with a byte order mark, which may not stand there";
        long at = StartOf(utf8, line) + column;
        if (at >= utf8.TrimEnd(" \t\r\n"u8).Length)
            return $"{place}: it breaks off there";
        return utf8[(int)at] is > (byte)' ' and < 0x7f and var seen ? $"{place}: {(char)seen} cannot stand there" : $"{place}: a character that is not to be seen cannot stand there";
    }

    private static bool IsBlank(ReadOnlySpan<byte> utf8) => utf8.TrimStart(" \t\r\n"u8).IsEmpty;

    private static long StartOf(ReadOnlySpan<byte> utf8, long line)
    {
        int start = 0;
        for (; line > 0 && utf8[start..].IndexOf((byte)'\n') is >= 0 and var end; line--)
            start += end + 1;
        return start;
    }
}
