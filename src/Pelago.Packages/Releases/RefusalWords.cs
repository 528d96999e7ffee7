// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Kube;
using Pelago.Packages.Options;

namespace Pelago.Packages.Releases;

/// <summary>
/// What an API server says that refuses an object, short enough for people: a field, its value and the reason. Servers repeat values however long they are, at
/// times the whole object, and say the reason after them.
/// </summary>
internal static class RefusalWords
{
    private const int Longest = 500;
    private const int LongestValue = 80;
    private const int Head = 40;
    private const string Cut = "…";

    /// <summary>Field errors as apimachinery pkg/util/validation/field writes them: FIELD: TYPE: VALUE: REASON.</summary>
    private static readonly string[] BeforeValues = ["Invalid value: ", "Unsupported value: ", "Duplicate value: "];

    /// <summary>Without the object, which whoever says it names, and without secrets: a part of one would not be found any more once the words are cut.</summary>
    public static string Of(ApiStatus refused, IEnumerable<string> secrets) => Short(HiddenText.Of(WithoutObject(refused.Message), secrets));

    /// <summary>The same words with long values cut; what is still too long loses its middle, for the reason is at the end.</summary>
    public static string Short(string words)
    {
        var text = new StringBuilder();
        int from = 0;
        while (Next(words, from) is { } start)
        {
            int end = EndOfValue(words, start);
            string value = words[start..end];
            text.Append(words, from, start - from).Append(value.Length <= LongestValue ? value : $"{Part(value, 0, Head)}{Cut}");
            from = end;
        }

        string all = text.Append(words, from, words.Length - from).ToString();
        return all.Length <= Longest ? all : $"{Part(all, 0, Longest / 2 - 1)}{Cut}{Part(all, all.Length - Longest / 2, all.Length)}";
    }

    /// <summary><c>Deployment.apps "web" is invalid: …</c>; the name is empty where a server could not read the object.</summary>
    private static string WithoutObject(string message)
    {
        const string invalid = "\" is invalid: ";
        int quote = message.IndexOf('"', StringComparison.Ordinal), end = message.IndexOf(invalid, StringComparison.Ordinal);
        bool isNamed = quote >= 0 && end >= 0 && end == message.IndexOf('"', quote + 1) && !message.AsSpan(0, quote).Contains(':');
        return isNamed ? message[(end + invalid.Length)..] : message;
    }

    private static int? Next(string words, int from)
    {
        int? first = null;
        foreach (string before in BeforeValues)
        {
            int at = words.IndexOf(before, from, StringComparison.Ordinal);
            if (at >= 0 && !(at + before.Length > first))
                first = at + before.Length;
        }

        return first;
    }

    /// <summary>A value is JSON, a text in quotes, or what Go prints of a struct or a map: its end is what follows it outside of all of its brackets.</summary>
    private static int EndOfValue(string words, int start)
    {
        int depth = 0;
        for (int i = start; i < words.Length; i++)
        {
            switch (words[i])
            {
                case '"':
                    i = EndOfQuotes(words, i);
                    break;
                case '{' or '[' or '(':
                    depth++;
                    break;
                case '}' or ']' or ')' when depth == 0:
                    return i;
                case '}' or ']' or ')':
                    depth--;
                    break;
                case ':' or ',' when depth == 0 && i + 1 < words.Length && words[i + 1] == ' ':
                    return i;
            }
        }

        return words.Length;
    }

    private static int EndOfQuotes(string words, int open)
    {
        for (int i = open + 1; i < words.Length; i++)
        {
            if (words[i] == '\\')
                i++;
            else if (words[i] == '"')
                return i;
        }

        return words.Length - 1;
    }

    /// <summary>Half a character is none.</summary>
    private static string Part(string words, int start, int end)
    {
        if (start > 0 && char.IsLowSurrogate(words[start]))
            start++;
        if (end < words.Length && char.IsHighSurrogate(words[end - 1]))
            end--;
        return words[start..end];
    }
}
