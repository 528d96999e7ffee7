// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Controllers;

/// <summary>
/// One string for texts that many objects repeat: namespaces, kinds, owners. It remembers so many and no more; what is pushed out is only shared less.
/// Thread-safe: a race costs a copy.
/// </summary>
internal static class SharedText
{
    private const int Size = 16_384; // a power of two
    private static readonly string?[] Known = new string?[Size];

    public static string Of(string text)
    {
        ref string? place = ref Known[text.GetHashCode(StringComparison.Ordinal) & (Size - 1)];
        if (place is { } known && known == text)
            return known;
        return place = text;
    }
}
