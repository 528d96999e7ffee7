// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;

namespace Pelago.Kube.Schema;

/// <summary>The state of one <see cref="StrictDecoding"/> pass.</summary>
internal ref struct DecodeWalk(Utf8JsonReader reader)
{
    private const int LongestKnownName = 128;
    private readonly SchemaPath _path = new();
    private Utf8JsonReader _reader = reader;
    private List<string>? _strict;
    private string? _error;

    public DecodeFindings Document(SchemaNode schema)
    {
        _reader.Read();
        Value(schema, structName: null);
        _reader.Read();
        return _error is null && _strict is null ? DecodeFindings.None : new DecodeFindings(_error, _strict ?? []);
    }

    /// <summary>Walks the value at the reader. <paramref name="structName"/> is the Go struct that holds it, for type errors.</summary>
    private void Value(SchemaNode? node, string? structName)
    {
        if (node is not null && _error is null && (structName is not null || node.DefinitionName is not null))
            _error = TypeCheck.Check(ref _reader, node, structName, _path);
        if (_reader.TokenType == JsonTokenType.StartObject)
            Fields(node, node is { DefinitionName: not null, Properties: not null } ? TypeCheck.ShortName(node) : structName);
        else if (_reader.TokenType == JsonTokenType.StartArray)
            Items(node?.Items, structName);
    }

    private void Items(SchemaNode? items, string? structName)
    {
        for (int index = 0; _reader.Read() && _reader.TokenType != JsonTokenType.EndArray; index++)
        {
            _path.Push(index);
            Value(items, structName);
            _path.Pop();
        }
    }

    private void Fields(SchemaNode? node, string? structName)
    {
        // Raw JSON inside a built-in type is not looked into; inside a custom resource even it has no repeated keys.
        if (node is { PreserveUnknownFields: true, DefinitionName: not null })
        {
            _reader.Skip();
            return;
        }
        var seen = new SeenNames();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = Name(node, out SchemaNode? child);
            _path.Push(name);
            if (!seen.Add(name))
                Report("duplicate field \"");
            bool unknown = node is not null && child is null && !node.PreserveUnknownFields;
            if (unknown)
                Report("unknown field \"");
            _reader.Read();
            if (unknown)
                _reader.Skip();
            else
                Value(child, structName);
            _path.Pop();
        }
    }

    /// <summary>The name at the reader: the schema's own string when it knows it, so that most documents cost no string at all.</summary>
    private readonly string Name(SchemaNode? node, out SchemaNode? child)
    {
        if (node?.Properties is { } properties && !_reader.ValueIsEscaped && _reader.ValueSpan.Length <= LongestKnownName)
        {
            Span<char> buffer = stackalloc char[LongestKnownName];
            int length = Encoding.UTF8.GetChars(_reader.ValueSpan, buffer);
            if (properties.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(buffer[..length], out string? known, out child))
                return known;
        }
        string name = _reader.GetString()!;
        child = node?.Field(name);
        return name;
    }

    private void Report(string what)
    {
        _strict ??= [];
        if (_strict.Count < StrictDecoding.MaxFindings)
            _strict.Add($"{what}{_path}\"");
    }
}
