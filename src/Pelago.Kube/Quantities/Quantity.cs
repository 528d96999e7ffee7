// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Pelago.Kube;

/// <summary>
/// An amount of a resource (<c>500m</c>, <c>1.5Gi</c>, <c>12e6</c>): exact, kept in whole nanos, finer input rounded up.
/// Behaves as resource.Quantity of apimachinery. Equality and order are by amount: <c>1000m</c> equals <c>1</c>.
/// </summary>
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    private static readonly BigInteger NanosOfOne = 1_000_000_000;
    private static readonly BigInteger NanosOfMilli = 1_000_000;

    private readonly BigInteger _nanos;
    private readonly string? _canonical;
    private readonly string? _spelling;

    private Quantity(BigInteger nanos, QuantityFormat format, string? canonical, string? spelling)
    {
        _nanos = nanos;
        Format = format;
        _canonical = canonical;
        _spelling = spelling;
    }

    public static Quantity Zero => default;

    public QuantityFormat Format { get; }

    /// <summary>The text it was read from; the canonical one when it was computed.</summary>
    public string Spelling => _spelling ?? ToString();

    public bool IsZero => _nanos.IsZero;
    public int Sign => _nanos.Sign;

    /// <summary>Whole units, rounded away from zero (<c>100m</c> is 1), saturating at the bounds of a long.</summary>
    public long Value => RoundUp(NanosOfOne);

    /// <summary>Thousandths (millicores), rounded away from zero, saturating.</summary>
    public long MilliValue => RoundUp(NanosOfMilli);

    public static Quantity FromValue(long value, QuantityFormat format = QuantityFormat.DecimalSI) => new(value * NanosOfOne, format, null, null);

    public static Quantity FromMilli(long milli, QuantityFormat format = QuantityFormat.DecimalSI) => new(milli * NanosOfMilli, format, null, null);

    /// <summary>Reads a spelling; <paramref name="error"/> is upstream's text. Surrounding white space is allowed, as in JSON.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Quantity value, [NotNullWhen(false)] out string? error)
    {
        value = default;
        if (!QuantityText.TryParse(text.AsSpan().Trim(), out BigInteger nanos, out QuantityFormat format, out string? canonical, out error))
            return false;
        value = new Quantity(nanos, format, canonical, text);
        return true;
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out Quantity value) => TryParse(text, out value, out _);

    /// <summary>Reads a text that is known to be one; a <see cref="FormatException"/> otherwise.</summary>
    public static Quantity Parse(string text) =>
        TryParse(text, out Quantity value, out string? error) ? value : throw new FormatException($"cannot parse '{text}': {error}");

    public static Quantity operator +(Quantity left, Quantity right) => new(left._nanos + right._nanos, left.FormatWith(right), null, null);

    public static Quantity operator -(Quantity left, Quantity right) => new(left._nanos - right._nanos, left.FormatWith(right), null, null);

    public static Quantity operator -(Quantity value) => new(-value._nanos, value.Format, null, null);

    public static Quantity operator *(Quantity value, long factor) => new(value._nanos * factor, value.Format, null, null);

    public static bool operator ==(Quantity left, Quantity right) => left.Equals(right);

    public static bool operator !=(Quantity left, Quantity right) => !left.Equals(right);

    public static bool operator <(Quantity left, Quantity right) => left.CompareTo(right) < 0;

    public static bool operator >(Quantity left, Quantity right) => left.CompareTo(right) > 0;

    public static bool operator <=(Quantity left, Quantity right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Quantity left, Quantity right) => left.CompareTo(right) >= 0;

    public static Quantity Max(Quantity left, Quantity right) => left >= right ? left : right;

    public int CompareTo(Quantity other) => _nanos.CompareTo(other._nanos);

    public bool Equals(Quantity other) => _nanos == other._nanos;

    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    public override int GetHashCode() => _nanos.GetHashCode();

    public double ToDouble() => (double)_nanos / 1e9;

    /// <summary>The canonical spelling, as an API server prints it: <c>1500m</c> for <c>1.5</c>, <c>1536Mi</c> for <c>1.5Gi</c>.</summary>
    public override string ToString() => _canonical ?? QuantityText.Format(_nanos, Format);

    /// <summary>Zero has no spelling worth keeping: the sum is written like the other operand.</summary>
    private QuantityFormat FormatWith(Quantity other) => IsZero ? other.Format : Format;

    private long RoundUp(BigInteger unit)
    {
        BigInteger quotient = BigInteger.DivRem(_nanos, unit, out BigInteger rest);
        quotient += rest.Sign;
        if (quotient > long.MaxValue)
            return long.MaxValue;
        return quotient < long.MinValue ? long.MinValue : (long)quotient;
    }
}
