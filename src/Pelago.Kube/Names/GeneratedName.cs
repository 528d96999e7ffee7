// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Names that the system makes up: suffixes without vowels, so that no words come about (apimachinery pkg/util/rand).</summary>
public static class GeneratedName
{
    public const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int SuffixLength = 5;
    private const int MaxPrefixLength = NameRules.LabelMaxLength - SuffixLength;

    /// <summary>The name for a generateName: the prefix, cut to 58 characters (57 where that would halve one), and five random ones.</summary>
    public static string Next(string prefix, Random random)
    {
        int kept = Math.Min(prefix.Length, MaxPrefixLength);
        if (kept < prefix.Length && char.IsSurrogatePair(prefix, kept - 1))
            kept--;
        return prefix[..kept] + Suffix(SuffixLength, random);
    }

    public static string Suffix(int length, Random random) => new(random.GetItems<char>(Alphabet, length));

    /// <summary>Spells any text in the alphabet, one character for one (SafeEncodeString): how hashes become label values.</summary>
    public static string SafeEncode(string text) => string.Create(text.Length, text, static (encoded, source) =>
    {
        for (int i = 0; i < source.Length; i++)
            encoded[i] = Alphabet[source[i] % Alphabet.Length];
    });

    /// <summary>A short stable hash of a document (FNV-1a, 32 bits) for pod-template-hash and controller-revision-hash.</summary>
    public static string Hash(ReadOnlySpan<byte> content, int collisionCount = 0)
    {
        const uint Prime = 16777619;
        uint hash = 2166136261;
        foreach (byte one in content)
            hash = (hash ^ one) * Prime;
        for (int rest = collisionCount; rest > 0; rest >>= 8)
            hash = (hash ^ (byte)rest) * Prime;
        return SafeEncode(hash.ToString());
    }
}
