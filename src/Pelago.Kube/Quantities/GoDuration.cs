// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pelago.Kube;

/// <summary>
/// A span of time as Go spells it (<c>1h2m3s</c>, <c>1.5s</c>, <c>300ms</c>): metav1.Duration, flags and timeouts. Whole nanoseconds, about ±292 years.
/// </summary>
public readonly record struct GoDuration(long Nanoseconds) : IComparable<GoDuration>
{
    private const int MaxLength = 256;
    private static readonly SearchValues<char> StartsNumber = SearchValues.Create(".0123456789");

    private static readonly (string Name, long Nanoseconds)[] Units =
    [
        ("ns", 1), ("us", 1_000), ("\u00b5s", 1_000), ("\u03bcs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
        ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ];

    public static GoDuration FromTimeSpan(TimeSpan span) => new(checked(span.Ticks * 100));

    /// <summary>Cut to ticks of 100 ns.</summary>
    public TimeSpan ToTimeSpan() => TimeSpan.FromTicks(Nanoseconds / 100);

    public int CompareTo(GoDuration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>Reads Go's spelling; <paramref name="error"/> is the text of time.ParseDuration.</summary>
    public static bool TryParse(string text, out GoDuration value, [NotNullWhen(false)] out string? error)
    {
        value = default;
        error = null;
        ReadOnlySpan<char> rest = text;
        bool negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
            rest = rest[1..];
        if (rest is "0")
            return true;
        error = $"time: invalid duration {GoText.Quote(text)}";
        if (rest.IsEmpty || text.Length > MaxLength)
            return false;
        UInt128 total = 0;
        while (!rest.IsEmpty)
        {
            if (!TryReadNumber(ref rest, out UInt128 whole, out ReadOnlySpan<char> fraction))
                return false;
            int unitLength = rest.IndexOfAny(StartsNumber);
            ReadOnlySpan<char> unit = unitLength < 0 ? rest : rest[..unitLength];
            if (unit.IsEmpty)
                error = $"time: missing unit in duration {GoText.Quote(text)}";
            if (unit.IsEmpty || !TryScale(whole, fraction, unit, text, ref total, ref error))
                return false;
            rest = rest[unit.Length..];
        }

        if (total > (UInt128)long.MaxValue + (negative ? 1u : 0u))
            return false;
        value = new GoDuration(negative ? (long)-(Int128)total : (long)total);
        error = null;
        return true;
    }

    /// <summary>Go's own spelling: <c>1h0m0s</c>, <c>1m30s</c>, <c>1.5s</c>, <c>100ms</c>, <c>0s</c>.</summary>
    public override string ToString()
    {
        if (Nanoseconds == 0)
            return "0s";
        ulong rest = Nanoseconds < 0 ? (ulong)-(Int128)Nanoseconds : (ulong)Nanoseconds;
        string sign = Nanoseconds < 0 ? "-" : "";
        if (rest < 1_000)
            return $"{sign}{rest}ns";
        if (rest < 1_000_000)
            return $"{sign}{WithFraction(rest, 1_000)}\u00b5s";
        if (rest < 1_000_000_000)
            return $"{sign}{WithFraction(rest, 1_000_000)}ms";
        ulong minutes = rest / 60_000_000_000;
        string seconds = WithFraction(rest % 60_000_000_000, 1_000_000_000) + "s";
        if (minutes == 0)
            return sign + seconds;
        return minutes < 60 ? $"{sign}{minutes}m{seconds}" : $"{sign}{minutes / 60}h{minutes % 60}m{seconds}";
    }

    private static string WithFraction(ulong amount, ulong unit)
    {
        string whole = (amount / unit).ToString(CultureInfo.InvariantCulture);
        ulong fraction = amount % unit;
        if (fraction == 0)
            return whole;
        int digits = unit.ToString(CultureInfo.InvariantCulture).Length - 1;
        return $"{whole}.{fraction.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0').TrimEnd('0')}";
    }

    private static bool TryReadNumber(ref ReadOnlySpan<char> rest, out UInt128 whole, out ReadOnlySpan<char> fraction)
    {
        int end = Digits(rest);
        int length = end;
        fraction = [];
        whole = 0;
        if (end < rest.Length && rest[end] == '.')
        {
            int fractionLength = Digits(rest[(end + 1)..]);
            fraction = rest.Slice(end + 1, fractionLength);
            length = end + 1 + fractionLength;
        }

        bool some = end > 0 || fraction.Length > 0;
        if (!some || end > 20 || (end > 0 && !UInt128.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out whole)))
            return false;
        rest = rest[length..];
        return true;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static bool TryScale(
        UInt128 whole, ReadOnlySpan<char> fraction, ReadOnlySpan<char> unit, string text, ref UInt128 total, ref string error)
    {
        foreach ((string name, long nanoseconds) in Units)
        {
            if (!unit.SequenceEqual(name))
                continue;
            total += (whole * (ulong)nanoseconds) + Fraction(fraction, (ulong)nanoseconds);
            return total <= (UInt128)long.MaxValue + 1;
        }

        error = $"time: unknown unit {GoText.Quote(unit.ToString())} in duration {GoText.Quote(text)}";
        return false;
    }

    private static UInt128 Fraction(ReadOnlySpan<char> digits, ulong unit)
    {
        UInt128 value = 0;
        UInt128 scale = 1;
        foreach (char digit in digits.Length > 18 ? digits[..18] : digits)
        {
            value = (value * 10) + (uint)(digit - '0');
            scale *= 10;
        }

        return value * unit / scale;
    }
}
