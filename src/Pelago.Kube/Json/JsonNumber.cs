// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>
/// A JSON number as Kubernetes' decoder sees it: a 64-bit integer when it is spelled without point and exponent and fits,
/// else a double. Two numbers are equal when their values are: 1 equals 1.0 and 1e0.
/// </summary>
public readonly struct JsonNumber : IEquatable<JsonNumber>, IComparable<JsonNumber>
{
    private readonly long _integer;
    private readonly double _real;

    private JsonNumber(bool isInteger, long integer, double real)
    {
        IsInteger = isInteger;
        _integer = integer;
        _real = real;
    }

    /// <summary>True when the number was spelled as a whole number that fits 64 bits.</summary>
    public bool IsInteger { get; }

    /// <summary>The whole value; 0 when <see cref="IsInteger"/> is false.</summary>
    public long Integer => _integer;

    /// <summary>The value as a double; exact only below 2^53 when <see cref="IsInteger"/> is true.</summary>
    public double Real => IsInteger ? _integer : _real;

    public static bool operator ==(JsonNumber left, JsonNumber right) => left.Equals(right);
    public static bool operator !=(JsonNumber left, JsonNumber right) => !left.Equals(right);

    public static JsonNumber Of(long integer) => new(isInteger: true, integer, 0);

    public static JsonNumber Of(double real) => new(isInteger: false, 0, real);

    /// <summary>Reads a node that holds a number, parsed or put there by code; false for every other node.</summary>
    public static bool TryRead(JsonNode? node, out JsonNumber number)
    {
        number = default;
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
            return false;
        if (value.TryGetValue(out long wide))
            number = Of(wide);
        else if (value.TryGetValue(out int narrow))
            number = Of(narrow);
        else if (value.TryGetValue(out double real))
            number = Of(real);
        else
            return TryParse(value.ToJsonString(), out number);
        return true;
    }

    /// <summary>Reads the text of a JSON number.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out JsonNumber number)
    {
        bool whole = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer);
        if (whole)
        {
            number = Of(integer);
            return true;
        }
        bool read = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double real);
        number = Of(real);
        return read;
    }

    public bool Equals(JsonNumber other) => CompareTo(other) == 0;

    public override bool Equals(object? obj) => obj is JsonNumber other && Equals(other);

    public override int GetHashCode() => Real.GetHashCode();

    public int CompareTo(JsonNumber other) =>
        IsInteger && other.IsInteger ? _integer.CompareTo(other._integer) : Real.CompareTo(other.Real);

    /// <summary>As Go's <c>%v</c> prints an int64 or a float64.</summary>
    public override string ToString() => IsInteger ? _integer.ToString(CultureInfo.InvariantCulture) : GoFormat.Of(_real);
}
