// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.RegularExpressions;

namespace Pelago.Engine.CustomResources;

/// <summary>Versions by how much clients should prefer them: v10, v2, v1, v2beta3, v1beta1, v1alpha1, then other names in order.</summary>
internal sealed partial class VersionOrder : IComparer<string>
{
    public static readonly VersionOrder Preferred = new();

    public int Compare(string? x, string? y)
    {
        (int Stability, long Major, long Minor) left = Rank(x ?? ""), right = Rank(y ?? "");
        int better = right.CompareTo(left);
        return better != 0 || left.Stability > 0 ? better : string.CompareOrdinal(x, y);
    }

    private static (int Stability, long Major, long Minor) Rank(string version)
    {
        Match match = Pattern().Match(version);
        if (!match.Success || !long.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out long major))
            return (0, 0, 0);
        _ = long.TryParse(match.Groups[3].Value, NumberStyles.None, CultureInfo.InvariantCulture, out long minor);
        return (match.Groups[2].Value switch
        {
            "" => 3,
            "beta" => 2,
            _ => 1,
        }, major, minor);
    }

    [GeneratedRegex(@"^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?\z")]
    private static partial Regex Pattern();
}
