// SPDX-License-Identifier: Apache-2.0

using System.Text.RegularExpressions;

namespace Pelago.Kube.Schema;

/// <summary>
/// Patterns are written for Go's RE2; <see cref="Re2Translation"/> rewrites what .NET reads otherwise. Matching takes linear time, as RE2's does; a pattern that the linear
/// matcher does not take (it is none of RE2's either) gets <see cref="Limit"/>.
/// </summary>
internal static class Re2Pattern
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);

    /// <summary>An invalid pattern is a <see cref="RegexParseException"/>.</summary>
    public static Regex Compile(string pattern)
    {
        string translated = new Re2Translation(pattern).Run();
        try
        {
            return new Regex(translated, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Limit);
        }
        catch (NotSupportedException)
        {
            return new Regex(translated, RegexOptions.CultureInvariant, Limit);
        }
    }

    /// <summary>A match that takes too long is none.</summary>
    public static bool IsMatch(Regex pattern, string text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
