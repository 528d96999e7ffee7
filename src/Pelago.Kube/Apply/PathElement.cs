// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Apply;

/// <summary>
/// One step of a field path (structured-merge-diff fieldpath/element.go): a field of an object, an item of a list map by its key fields,
/// an item of a set by its value, or an item of a list by its index. Immutable; equal by value.
/// The encoded form is a key of <c>fieldsV1</c>: <c>f:spec</c>, <c>k:{"name":"web"}</c>, <c>v:"finalizer"</c>, <c>i:3</c>.
/// </summary>
public sealed class PathElement : IEquatable<PathElement>, IComparable<PathElement>
{
    private readonly ElementKind _kind;
    private readonly string _name;
    private readonly KeyField[] _key;
    private readonly FieldScalar _value;
    private readonly int _index;
    private readonly int _hash;
    private string? _encoded;

    private PathElement(ElementKind kind, string name, KeyField[] key, FieldScalar value, int index)
    {
        _kind = kind;
        _name = name;
        _key = key;
        _value = value;
        _index = index;
        var hash = default(HashCode);
        hash.Add(name);
        foreach (KeyField field in key)
            hash.Add(field.Value);
        hash.Add(value);
        hash.Add(index);
        _hash = hash.ToHashCode();
    }

    private enum ElementKind : byte
    {
        Field,
        Key,
        Value,
        Index,
    }

    /// <summary>The field's name when the step goes to a field of an object or a key of a map, else null.</summary>
    public string? FieldName => _kind == ElementKind.Field ? _name : null;

    /// <summary>The key in <c>fieldsV1</c>.</summary>
    public string Encoded => _encoded ??= Encode();

    internal bool IsKey => _kind == ElementKind.Key;

    public static bool operator ==(PathElement? left, PathElement? right) => Equals(left, right);
    public static bool operator !=(PathElement? left, PathElement? right) => !Equals(left, right);
    public static bool operator <(PathElement left, PathElement right) => left.CompareTo(right) < 0;
    public static bool operator >(PathElement left, PathElement right) => left.CompareTo(right) > 0;
    public static bool operator <=(PathElement left, PathElement right) => left.CompareTo(right) <= 0;
    public static bool operator >=(PathElement left, PathElement right) => left.CompareTo(right) >= 0;

    /// <summary>A field of an object, or a key of a map.</summary>
    public static PathElement Field(string name) => PathElementCache.Field(name);

    /// <summary>An item of a list map; the order of the fields does not matter.</summary>
    public static PathElement Key(params ReadOnlySpan<(string Name, JsonNode? Value)> fields)
    {
        var key = new KeyField[fields.Length];
        for (int i = 0; i < fields.Length; i++)
            key[i] = new KeyField(fields[i].Name, FieldScalar.Of(fields[i].Value));
        return OfKey(key);
    }

    /// <summary>An item of a set.</summary>
    public static PathElement Value(JsonNode? value) => new(ElementKind.Value, "", [], FieldScalar.Of(value), 0);

    /// <summary>An item of a list by its place, from 0.</summary>
    public static PathElement Index(int index) => new(ElementKind.Index, "", [], default, index);

    /// <summary>
    /// Reads a key of <c>fieldsV1</c>. A well-formed key of a type that is not known gives true and null: such entries are dropped,
    /// as a later version may have them. Anything else is false, with the reason.
    /// </summary>
    public static bool TryParse(string encoded, out PathElement? element, out string error) =>
        PathElementCache.TryParse(encoded, out element, out error);

    public bool Equals(PathElement? other) => ReferenceEquals(this, other) || (other is not null && _hash == other._hash && CompareTo(other) == 0);

    public override bool Equals(object? obj) => Equals(obj as PathElement);

    public override int GetHashCode() => _hash;

    /// <summary>The order of <c>fieldsV1</c>: fields, keys, values, indexes.</summary>
    public int CompareTo(PathElement? other)
    {
        if (ReferenceEquals(this, other))
            return 0;
        if (other is null)
            return 1;
        if (_kind != other._kind)
            return _kind.CompareTo(other._kind);
        return _kind switch
        {
            ElementKind.Field => string.CompareOrdinal(_name, other._name),
            ElementKind.Key => CompareKeys(_key, other._key),
            ElementKind.Value => _value.CompareTo(other._value),
            _ => _index.CompareTo(other._index),
        };
    }

    /// <summary>As a part of a path in messages: <c>.spec</c>, <c>[name="web"]</c>, <c>[="finalizer"]</c>, <c>[3]</c>.</summary>
    public override string ToString() => _kind switch
    {
        ElementKind.Field => "." + _name,
        ElementKind.Key => $"[{string.Join(',', _key.Select(field => $"{field.Name}={field.Value}"))}]",
        ElementKind.Value => $"[={_value}]",
        _ => $"[{_index}]",
    };

    internal static PathElement NewField(string name) => new(ElementKind.Field, name, [], default, 0);

    internal static PathElement OfKey(KeyField[] key)
    {
        Array.Sort(key, static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        return new PathElement(ElementKind.Key, "", key, default, 0);
    }

    private static int CompareKeys(KeyField[] left, KeyField[] right)
    {
        for (int i = 0; i < left.Length && i < right.Length; i++)
        {
            int order = string.CompareOrdinal(left[i].Name, right[i].Name);
            if (order == 0)
                order = left[i].Value.CompareTo(right[i].Value);
            if (order != 0)
                return order;
        }
        return left.Length.CompareTo(right.Length);
    }

    private string Encode()
    {
        if (_kind == ElementKind.Field)
            return "f:" + _name;
        if (_kind == ElementKind.Index)
            return $"i:{_index}";
        var text = new StringBuilder(_kind == ElementKind.Key ? "k:{" : "v:");
        for (int i = 0; i < _key.Length; i++)
        {
            text.Append(i == 0 ? "" : ",");
            GoJson.AppendString(text, _key[i].Name);
            text.Append(':');
            _key[i].Value.AppendJson(text);
        }
        if (_kind == ElementKind.Key)
            return text.Append('}').ToString();
        _value.AppendJson(text);
        return text.ToString();
    }

    /// <summary>One field of a list map's key.</summary>
    internal readonly record struct KeyField(string Name, FieldScalar Value);
}
