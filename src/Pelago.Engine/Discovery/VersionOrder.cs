// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.RegularExpressions;

namespace Pelago.Engine.Discovery;

/// <summary>
/// Kubernetes' order of version names: v10 above v2 above v2beta1 above v1beta2 above v1alpha1 above anything else, which is in
/// reverse alphabetical order (apimachinery pkg/version/helpers.go). Larger means preferred. A number that no 64 bits hold makes a name one of the others.
/// </summary>
internal sealed partial class VersionOrder : IComparer<string>
{
    public static readonly VersionOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        (int Stability, long Major, long Minor)? left = Parse(x ?? ""), right = Parse(y ?? "");
        if (left is null || right is null)
            return left is null && right is null ? string.CompareOrdinal(y, x) : left is null ? -1 : 1;
        return left.Value.CompareTo(right.Value);
    }

    private static (int Stability, long Major, long Minor)? Parse(string version)
    {
        Match match = Pattern().Match(version);
        if (!match.Success || !TryNumber(match.Groups[1].ValueSpan, out long major))
            return null;
        if (!match.Groups[2].Success)
            return (2, major, 0);
        return TryNumber(match.Groups[3].ValueSpan, out long minor) ? (match.Groups[2].ValueSpan is "beta" ? 1 : 0, major, minor) : null;
    }

    private static bool TryNumber(ReadOnlySpan<char> digits, out long number) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    [GeneratedRegex(@"^v([0-9]+)(?:(alpha|beta)([0-9]+))?\z")]
    private static partial Regex Pattern();
}
