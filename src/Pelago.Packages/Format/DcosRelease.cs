// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Format;

/// <summary>
/// Releases of DC/OS, for packages that ask for one with <c>minDcosReleaseVersion</c>. Repositories use it to hide revisions: a release that will never be
/// (<c>9999</c>) is how the keepers of the Universe withdraw one.
/// </summary>
public static class DcosRelease
{
    /// <summary>The release whose packages are understood here: the last one that there was.</summary>
    public const string Current = "2.2";

    /// <summary>Whether packages that ask for a release are offered; those that ask for none are.</summary>
    public static bool IsMet(string? minimum) => minimum is null || Compare(minimum, Current) <= 0;

    /// <summary>Part by part as numbers of any length; what is absent is 0, what is no digit ends a part.</summary>
    public static int Compare(string one, string other)
    {
        string[] left = one.Split('.'), right = other.Split('.');
        for (int i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            string a = Digits(left, i), b = Digits(right, i);
            int order = a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a, b);
            if (order != 0)
                return order;
        }

        return 0;
    }

    private static string Digits(string[] parts, int at) => at < parts.Length ? string.Concat(parts[at].TakeWhile(char.IsAsciiDigit)).TrimStart('0') : "";
}
