// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Options;

/// <summary>Takes secrets out of words that others wrote: an API server's refusal says what it refuses, and a container's last words what it was given.</summary>
internal static class HiddenText
{
    public const string Instead = "(a secret)";

    /// <summary>A shorter one stands in many words that do not tell it, and each that were replaced would.</summary>
    private const int Telling = 4;

    /// <summary>The words without those texts, however they are written.</summary>
    public static string Of(string words, IEnumerable<string> secrets)
    {
        // The longest first: one may be a part of another.
        foreach (string secret in secrets.Where(secret => secret.Length >= Telling).OrderByDescending(secret => secret.Length))
        {
            var forms = new WrittenForms(secret);
            for (int from = 0; forms.Find(words, from) is (var at, var length); from = at + Instead.Length)
                words = string.Concat(words.AsSpan(0, at), Instead, words.AsSpan(at + length));
        }

        return words;
    }

    /// <summary>Whether one of them is in a value, however it is written.</summary>
    public static bool IsIn(string value, IEnumerable<string> secrets) =>
        secrets.Any(secret => secret.Length >= Telling ? new WrittenForms(secret).Find(value, 0) is not null : value == secret);
}
