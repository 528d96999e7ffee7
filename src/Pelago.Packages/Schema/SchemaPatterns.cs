// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Pelago.Packages.Schema;

/// <summary>Patterns of one check, in ECMA 262's words as far as .NET has them. Each match has a bound in time, and so have all together.</summary>
internal sealed class SchemaPatterns(TimeSpan most)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);
    private readonly Dictionary<string, Regex> _known = new(StringComparer.Ordinal);
    private TimeSpan _spent;

    /// <summary>Throws a <see cref="SchemaRefusedException"/> for a pattern that is none or that takes too long, and when all together do.</summary>
    public bool IsMatch(string pattern, string text)
    {
        if (_spent > most)
            throw new SchemaRefusedException("its patterns take too long");
        long start = Stopwatch.GetTimestamp();
        if (!_known.TryGetValue(pattern, out Regex? regex))
            _known[pattern] = regex = Compile(pattern);
        try
        {
            return regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new SchemaRefusedException($"the pattern {pattern} takes too long");
        }
        finally
        {
            _spent += Stopwatch.GetElapsedTime(start);
        }
    }

    private static Regex Compile(string pattern)
    {
        string translated = Translated(pattern);
        try
        {
            return new Regex(translated, RegexOptions.ECMAScript | RegexOptions.CultureInvariant, Limit);
        }
        catch (ArgumentException)
        {
            // What .NET's ECMAScript mode does not have (Unicode classes, looking behind), its own mode may.
        }

        try
        {
            return new Regex(translated, RegexOptions.CultureInvariant, Limit);
        }
        catch (ArgumentException fault)
        {
            throw new SchemaRefusedException($"the pattern {pattern} is none: {fault.Message}");
        }
    }

    /// <summary>A dollar is the very end; .NET's also stands before a last line break.</summary>
    private static string Translated(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 8);
        bool inClass = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                text.Append(c).Append(pattern[++i]);
                continue;
            }

            inClass = c == '[' || (inClass && c != ']');
            text.Append(c == '$' && !inClass ? "(?![\\s\\S])" : c.ToString());
        }

        return text.ToString();
    }
}
