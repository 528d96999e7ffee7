// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Pelago.Kube;

/// <summary>
/// The grammar of quantities: sign, digits, point, digits, suffix. Follows ParseQuantity of apimachinery pkg/api/resource/quantity.go,
/// its leniency included: <c>1.</c>, <c>.5</c>, <c>+1</c> are fine, and missing digits count as zero.
/// </summary>
internal static class QuantityText
{
    public const string WrongFormat = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    public const string WrongSuffix = "unable to parse quantity's suffix";

    /// <summary>Longer texts and larger exponents are refused: they only serve to burn time in big-number arithmetic.</summary>
    public const int MaxLength = 256;
    private const int MaxExponent = 512;
    private const int NanoDigits = 9;
    private const string SuffixCharacters = "eEinumkKMGTP";

    private static readonly string[] DecimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    private static readonly string[] BinarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    private static readonly BigInteger Billion = 1_000_000_000;
    private static readonly BigInteger MaxBinaryNanos = long.MaxValue * Billion;

    /// <summary>On success <paramref name="spelling"/> is the text when upstream, too, would print it back unchanged, else null.</summary>
    public static bool TryParse(
        ReadOnlySpan<char> text, out BigInteger nanos, out QuantityFormat format, out string? spelling, [NotNullWhen(false)] out string? error)
    {
        (nanos, format, spelling, error) = (BigInteger.Zero, QuantityFormat.DecimalSI, null, null);
        if (!TrySplit(text, out Parts parts))
            return Fail(WrongFormat, out error);
        if (!TryReadSuffix(text[parts.SuffixStart..], out int numberBase, out int exponent, out format))
            return Fail(WrongSuffix, out error);

        ReadOnlySpan<char> whole = text[parts.WholeStart..parts.WholeEnd];
        ReadOnlySpan<char> fraction = text[parts.FractionStart..parts.FractionEnd];
        BigInteger digits = ReadDigits(whole, fraction);
        nanos = numberBase == 10
            ? Scale(digits, exponent - fraction.Length + NanoDigits)
            : Scale(digits << exponent, NanoDigits - fraction.Length);
        bool isSmall = Math.Max(whole.Length, 1) + fraction.Length <= 18 && exponent - fraction.Length >= -NanoDigits;
        if (format == QuantityFormat.BinarySI)
        {
            isSmall = fraction.Length == 0 && 15 - Math.Max(whole.Length, 1) - (int)((float)exponent * 3 / 10) - 1 >= 0;
            if (nanos > MaxBinaryNanos)
                nanos = MaxBinaryNanos;
            if (!isSmall && nanos < Billion && nanos.Sign > 0)
                format = QuantityFormat.DecimalSI;
        }

        if (isSmall && IsPrintedBack(digits, whole, fraction, exponent, format))
            spelling = text.ToString();
        if (parts.Negative)
            nanos = -nanos;
        return true;
    }

    /// <summary>The canonical spelling: the largest suffix that leaves a whole number. Beyond E the number grows
    /// instead; what a reader would cap as a binary amount is written as a decimal one.</summary>
    public static string Format(BigInteger nanos, QuantityFormat format)
    {
        if (nanos.IsZero)
            return "0";
        if (format == QuantityFormat.BinarySI)
        {
            BigInteger units = BigInteger.DivRem(nanos, Billion, out BigInteger rest);
            bool readsBack = BigInteger.Abs(nanos) <= MaxBinaryNanos;
            if (rest.IsZero && readsBack && BigInteger.Abs(units) >= 1024)
                return FormatBinary(units);
            format = QuantityFormat.DecimalSI;
        }

        return FormatDecimal(nanos, format);
    }

    private static string FormatBinary(BigInteger units)
    {
        int step = 0;
        while (step < BinarySuffixes.Length - 1 && (units & 1023).IsZero)
        {
            units >>= 10;
            step++;
        }

        return units.ToString(CultureInfo.InvariantCulture) + BinarySuffixes[step];
    }

    private static string FormatDecimal(BigInteger nanos, QuantityFormat format)
    {
        int step = 0;
        int last = format == QuantityFormat.DecimalSI ? DecimalSuffixes.Length - 1 : int.MaxValue;
        while (step < last)
        {
            BigInteger next = BigInteger.DivRem(nanos, 1000, out BigInteger rest);
            if (!rest.IsZero)
                break;
            nanos = next;
            step++;
        }

        string number = nanos.ToString(CultureInfo.InvariantCulture);
        if (format == QuantityFormat.DecimalSI)
            return number + DecimalSuffixes[step];
        int exponent = (step * 3) - NanoDigits;
        return exponent == 0 ? number : $"{number}e{exponent}";
    }

    private static bool TrySplit(ReadOnlySpan<char> text, out Parts parts)
    {
        parts = default;
        if (text.IsEmpty || text.Length > MaxLength)
            return false;
        int at = 0;
        if (text[0] is '-' or '+')
        {
            parts.Negative = text[0] == '-';
            at = 1;
        }

        while (at < text.Length && text[at] == '0')
            at++;
        parts.WholeStart = at;
        at = SkipDigits(text, at);
        parts.WholeEnd = at;
        if (at < text.Length && text[at] == '.')
            at++;
        parts.FractionStart = at;
        if (at > parts.WholeEnd)
            at = SkipDigits(text, at);
        parts.FractionEnd = at;
        parts.SuffixStart = at;
        while (at < text.Length && SuffixCharacters.Contains(text[at]))
            at++;
        if (at < text.Length && text[at] is '-' or '+')
            at++;
        return SkipDigits(text, at) == text.Length;
    }

    private static int SkipDigits(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return at;
    }

    private static bool TryReadSuffix(ReadOnlySpan<char> suffix, out int numberBase, out int exponent, out QuantityFormat format)
    {
        (numberBase, exponent, format) = (10, 0, QuantityFormat.DecimalSI);
        for (int i = 0; i < DecimalSuffixes.Length; i++)
        {
            if (!suffix.SequenceEqual(DecimalSuffixes[i]))
                continue;
            exponent = (i * 3) - NanoDigits;
            return true;
        }

        for (int i = 1; i < BinarySuffixes.Length; i++)
        {
            if (!suffix.SequenceEqual(BinarySuffixes[i]))
                continue;
            (numberBase, exponent, format) = (2, i * 10, QuantityFormat.BinarySI);
            return true;
        }

        format = QuantityFormat.DecimalExponent;
        return suffix.Length > 1 && suffix[0] is 'e' or 'E'
            && int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
            && Math.Abs((long)exponent) <= MaxExponent;
    }

    private static BigInteger ReadDigits(ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction)
    {
        if (whole.Length + fraction.Length > 18)
            return BigInteger.Parse(string.Concat(whole, fraction), NumberStyles.None, CultureInfo.InvariantCulture);
        long value = 0;
        foreach (char digit in whole)
            value = (value * 10) + (digit - '0');
        foreach (char digit in fraction)
            value = (value * 10) + (digit - '0');
        return value;
    }

    /// <summary>Digits times ten to the power, rounded up: whoever asks for anything at all gets at least the smallest unit.</summary>
    private static BigInteger Scale(BigInteger digits, int power)
    {
        if (power >= 0)
            return digits * BigInteger.Pow(10, power);
        BigInteger quotient = BigInteger.DivRem(digits, BigInteger.Pow(10, -power), out BigInteger rest);
        return rest.IsZero ? quotient : quotient + 1;
    }

    private static bool IsPrintedBack(
        BigInteger digits, ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction, int exponent, QuantityFormat format)
    {
        if (format == QuantityFormat.BinarySI)
            return !(digits & 7).IsZero;
        if ((exponent - fraction.Length) % 3 != 0 || whole.IsEmpty || whole[0] == '0')
            return false;
        return !string.Concat(whole, fraction).EndsWith("000", StringComparison.Ordinal);
    }

    private static bool Fail(string text, out string? error)
    {
        error = text;
        return false;
    }

    private ref struct Parts
    {
        public bool Negative;
        public int WholeStart;
        public int WholeEnd;
        public int FractionStart;
        public int FractionEnd;
        public int SuffixStart;
    }
}
