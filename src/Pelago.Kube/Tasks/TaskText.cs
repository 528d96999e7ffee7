// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Pelago.Kube;

/// <summary>Patterns of texts that tasks are chosen by: globs and regular expressions, both matched in linear time.</summary>
internal static class TaskText
{
    /// <summary>Longer ones are refused: nobody types them.</summary>
    public const int MaxPatternLength = 512;

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary><c>/…/</c>, of at least one character.</summary>
    public static bool IsRegex(ReadOnlySpan<char> text) => text is ['/', _, .., '/'];

    public static bool IsGlob(ReadOnlySpan<char> text) => text.ContainsAny("*?[");

    /// <summary>Compiles what stands between the slashes.</summary>
    public static bool TryRegex(string text, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? error)
    {
        (regex, error) = (null, null);
        try
        {
            regex = new Regex(text[1..^1], Options, Patience);
            return true;
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            error = fault is NotSupportedException
                ? $"{text}: look-arounds and back-references are not understood"
                : $"{text}: {fault.Message}";
            return false;
        }
    }

    /// <summary>Compiles a glob of the whole text: <c>*</c>, <c>?</c>, <c>[abc]</c>, <c>[!a-c]</c>. A bracket that is not closed stands for itself.</summary>
    public static Regex Glob(string glob)
    {
        var regex = new StringBuilder("^");
        for (int i = 0; i < glob.Length; i++)
        {
            int end = glob[i] == '[' ? glob.IndexOf(']', Math.Min(glob.Length, i + (i + 1 < glob.Length && glob[i + 1] == '!' ? 3 : 2))) : -1;
            if (glob[i] == '*')
                regex.Append(".*");
            else if (glob[i] == '?')
                regex.Append('.');
            else if (end > 0)
                regex.Append(Class(glob[(i + 1)..end]));
            else
                regex.Append(Regex.Escape(glob[i].ToString()));
            i = Math.Max(i, end);
        }

        return new Regex(regex.Append("\\z").ToString(), Options | RegexOptions.Singleline, Patience);
    }

    /// <summary>A match that takes too long is none.</summary>
    public static bool IsMatch(Regex regex, ReadOnlySpan<char> text)
    {
        try
        {
            return regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static string Class(string members)
    {
        bool isNegated = members.Length > 1 && members[0] == '!';
        var text = new StringBuilder(isNegated ? "[^" : "[");
        string listed = isNegated ? members[1..] : members;
        for (int i = 0; i < listed.Length; i++)
        {
            bool isRange = i + 2 < listed.Length && listed[i + 1] == '-' && listed[i] <= listed[i + 2];
            text.Append(Member(listed[i]));
            if (!isRange)
                continue;
            text.Append('-').Append(Member(listed[i + 2]));
            i += 2;
        }

        return text.Append(']').ToString();
    }

    private static string Member(char character) => $"\\u{(int)character:x4}";
}
