// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.RegularExpressions;

namespace Pelago.Kube.Lines;

/// <summary>A pattern of names as shells have them: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a]</c>, and <c>\</c> before what stands for itself.</summary>
public sealed class Glob
{
    private const int Longest = 1024;
    private readonly Regex _regex;

    /// <exception cref="ArgumentException">It is too long.</exception>
    public Glob(string pattern)
    {
        if (pattern.Length > Longest)
            throw new ArgumentException($"a pattern of names has at most {Longest} characters", nameof(pattern));
        try
        {
            _regex = new Regex(Translated(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);
        }
        catch (Exception bad) when (bad is ArgumentException or NotSupportedException)
        {
            throw new ArgumentException($"\"{pattern}\" is no pattern of names: {bad.Message}", nameof(pattern), bad);
        }
    }

    /// <summary>Whether the whole name matches.</summary>
    public bool Matches(string name) => _regex.IsMatch(name);

    private static string Translated(string pattern)
    {
        var regex = new StringBuilder("\\A(?:");
        for (int i = 0; i < pattern.Length; i++)
        {
            int close = pattern[i] == '[' ? pattern.IndexOf(']', Math.Min(i + 2, pattern.Length)) : -1;
            if (close > 0)
            {
                string inside = pattern[(i + 1)..close];
                bool isNot = inside[0] is '!' or '^';
                regex.Append(isNot ? "[^" : "[").Append((isNot ? inside[1..] : inside).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal)).Append(']');
                i = close;
                continue;
            }
            if (pattern[i] == '\\' && i + 1 < pattern.Length)
                i++;
            else if (pattern[i] is '*' or '?')
            {
                regex.Append(pattern[i] == '*' ? ".*" : ".");
                continue;
            }
            regex.Append(Regex.Escape(pattern[i].ToString()));
        }
        return regex.Append(")\\z").ToString();
    }
}
