// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Options;

/// <summary>Takes secrets out of words that others wrote: an API server's refusal says what it refuses.</summary>
internal static class HiddenText
{
    public const string Instead = "(a secret)";

    /// <summary>A shorter one stands in many words that do not tell it, and each that were replaced would.</summary>
    private const int Telling = 4;

    /// <summary>The words without those texts.</summary>
    public static string Of(string words, IReadOnlyList<string> secrets)
    {
        // The longest first: one may be a part of another.
        foreach (string secret in secrets.Where(secret => secret.Length >= Telling).OrderByDescending(secret => secret.Length))
            words = words.Replace(secret, Instead, StringComparison.Ordinal);
        return words;
    }

    /// <summary>Whether one of them is in a value, as it is or in base64.</summary>
    public static bool IsIn(string value, IReadOnlyList<string> secrets) => secrets.Any(secret =>
        secret.Length >= Telling ? value.Contains(secret, StringComparison.Ordinal) || value.Contains(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(secret)), StringComparison.Ordinal) : value == secret);
}
