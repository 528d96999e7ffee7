// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Apply;

/// <summary>
/// A value inside a path element: the item of a set, or what a list map's key field holds. Values of all types have one order
/// (numbers, strings, booleans, lists, maps, null), numbers compare by value; a list or a map, which no sane key has, counts as its text.
/// </summary>
internal readonly struct FieldScalar : IEquatable<FieldScalar>, IComparable<FieldScalar>
{
    private readonly Rank _rank;
    private readonly string? _text;
    private readonly JsonNumber _number;

    private FieldScalar(Rank rank, string? text, JsonNumber number)
    {
        _rank = rank;
        _text = text;
        _number = number;
    }

    private enum Rank : byte
    {
        Number,
        String,
        False,
        True,
        List,
        Map,
        Null,
    }

    public static FieldScalar Of(string text) => new(Rank.String, text, default);

    public static FieldScalar Of(JsonNode? node)
    {
        switch (node)
        {
            case null:
                return new FieldScalar(Rank.Null, null, default);
            case JsonObject:
                return new FieldScalar(Rank.Map, node.ToJsonString(), default);
            case JsonArray:
                return new FieldScalar(Rank.List, node.ToJsonString(), default);
            default:
                return OfValue(node.AsValue());
        }
    }

    public bool Equals(FieldScalar other) => CompareTo(other) == 0;

    public override bool Equals(object? obj) => obj is FieldScalar other && Equals(other);

    public override int GetHashCode() => _rank == Rank.Number ? _number.GetHashCode() : HashCode.Combine(_rank, _text);

    public int CompareTo(FieldScalar other)
    {
        if (_rank != other._rank)
            return _rank.CompareTo(other._rank);
        return _rank == Rank.Number ? _number.CompareTo(other._number) : string.CompareOrdinal(_text, other._text);
    }

    /// <summary>Appends the value as Go's JSON encoder writes it.</summary>
    public void AppendJson(StringBuilder text)
    {
        if (_rank == Rank.String)
            GoJson.AppendString(text, _text!);
        else
            text.Append(Plain());
    }

    /// <summary>The value in the text of a path: strings are quoted.</summary>
    public override string ToString() => _rank == Rank.String ? GoText.Quote(_text!) : Plain();

    private static FieldScalar OfValue(JsonValue value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                return Of(value.GetValue<string>());
            case JsonValueKind.True:
                return new FieldScalar(Rank.True, null, default);
            case JsonValueKind.False:
                return new FieldScalar(Rank.False, null, default);
            default:
                return JsonNumber.TryRead(value, out JsonNumber number) ? new FieldScalar(Rank.Number, null, number) : Of(value.ToJsonString());
        }
    }

    private string Plain() => _rank switch
    {
        Rank.Number => _number.IsInteger ? _number.Integer.ToString(CultureInfo.InvariantCulture) : _number.ToString(),
        Rank.True => "true",
        Rank.False => "false",
        Rank.Null => "null",
        _ => _text!,
    };
}
