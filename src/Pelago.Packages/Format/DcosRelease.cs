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
        ReadOnlySpan<char> left = one, right = other;
        while (left.Length > 0 || right.Length > 0)
        {
            ReadOnlySpan<char> a = Digits(ref left), b = Digits(ref right);
            int order = a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
            if (order != 0)
                return order;
        }

        return 0;
    }

    /// <summary>The digits of the first part, which is taken away.</summary>
    private static ReadOnlySpan<char> Digits(ref ReadOnlySpan<char> parts)
    {
        int dot = parts.IndexOf('.');
        ReadOnlySpan<char> part = dot < 0 ? parts : parts[..dot];
        parts = dot < 0 ? [] : parts[(dot + 1)..];
        int end = part.IndexOfAnyExceptInRange('0', '9');
        return (end < 0 ? part : part[..end]).TrimStart('0');
    }
}
