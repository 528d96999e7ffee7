// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pelago.Kube;

/// <summary>
/// Times on the wire (RFC 3339): metav1.Time has whole seconds, MicroTime exactly six fraction digits, both in UTC with a Z.
/// Reading takes 0 to 9 fraction digits and any offset, since clients write what they like.
/// </summary>
public static class MetaTime
{
    /// <summary>In seconds.</summary>
    public const long Century = 100L * 365 * 24 * 3600;

    private static readonly string[] Fractions =
    [
        "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.fK", "yyyy-MM-ddTHH:mm:ss.ffK", "yyyy-MM-ddTHH:mm:ss.fffK", "yyyy-MM-ddTHH:mm:ss.ffffK",
        "yyyy-MM-ddTHH:mm:ss.fffffK", "yyyy-MM-ddTHH:mm:ss.ffffffK", "yyyy-MM-ddTHH:mm:ss.fffffffK",
    ];

    /// <summary>Reads a time, in UTC; digits beyond 100 ns are cut.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DateTimeOffset time)
    {
        time = default;
        if (text is null || text.Length is < 20 or > 35 || !HasZone(text))
            return false;
        int digits = 0;
        while (text[19] == '.' && 20 + digits < text.Length && char.IsAsciiDigit(text[20 + digits]))
            digits++;
        if (digits > 9)
            return false;
        string kept = digits > 7 ? text.Remove(27, digits - 7) : text;
        return DateTimeOffset.TryParseExact(
            kept, Fractions[Math.Min(digits, 7)], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
    }

    /// <summary><c>2006-01-02T15:04:05Z</c>; fractions are cut.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>2006-01-02T15:04:05.000000Z</c>.</summary>
    public static string FormatMicro(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The time now as metadata and conditions carry it.</summary>
    public static string Now(TimeProvider clock) => Format(clock.GetUtcNow());

    /// <summary>Rewrites any readable time as a metav1.Time; null when it is none.</summary>
    public static string? Normalize(string? text) => TryParse(text, out DateTimeOffset time) ? Format(time) : null;

    /// <summary>A time so many seconds later, or earlier; beyond a century it stays there: users write any number where they mean never.</summary>
    public static DateTimeOffset Plus(this DateTimeOffset time, long seconds) => time.AddSeconds(Math.Clamp(seconds, -Century, Century));

    /// <summary>A zone is required: <c>Z</c> or <c>+hh:mm</c>.</summary>
    private static bool HasZone(string text) => text[^1] == 'Z' || (text[^3] == ':' && text[^6] is '+' or '-' && text.Length > 24);
}
