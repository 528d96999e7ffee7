// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Discovery;

/// <summary>
/// Kubernetes' order of version names: v2 above v1 above v2beta1 above v1beta2 above v1alpha1 above anything else, which is in
/// reverse alphabetical order (apimachinery pkg/version/helpers.go). Larger means preferred.
/// </summary>
internal sealed class VersionOrder : IComparer<string>
{
    public static readonly VersionOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        (int Stability, int Major, int Minor)? left = Parse(x ?? ""), right = Parse(y ?? "");
        if (left is null || right is null)
            return left is null && right is null ? string.CompareOrdinal(y, x) : left is null ? -1 : 1;
        return left.Value.CompareTo(right.Value);
    }

    /// <summary>Null when the name is not like v1, v1beta2, v1alpha3.</summary>
    private static (int Stability, int Major, int Minor)? Parse(string version)
    {
        if (version.Length < 2 || version[0] != 'v')
            return null;
        int digits = 1;
        while (digits < version.Length && char.IsAsciiDigit(version[digits]))
            digits++;
        if (!int.TryParse(version.AsSpan(1, digits - 1), out int major))
            return null;
        ReadOnlySpan<char> rest = version.AsSpan(digits);
        if (rest.IsEmpty)
            return (2, major, 0);
        int stability = rest.StartsWith("beta") ? 1 : rest.StartsWith("alpha") ? 0 : -1;
        return stability >= 0 && int.TryParse(rest[(stability == 1 ? 4 : 5)..], out int minor) ? (stability, major, minor) : null;
    }
}
