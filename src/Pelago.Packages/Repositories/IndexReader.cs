// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.Text.Json;

namespace Pelago.Packages.Repositories;

/// <summary>
/// Reads an index for a search, which wants all of it each time: in one pass, from a rented buffer, and each text only once, for revisions of a package
/// say mostly the same. Fields that are not of their type are as absent.
/// </summary>
internal ref struct IndexReader
{
    private const int LongestShared = 2048;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _texts;
    private readonly char[] _buffer = new char[LongestShared];
    private readonly List<IndexedPackage> _packages = new(256);
    private Utf8JsonReader _reader;
    private string _data = "";
    private string[] _tags = [];

    private IndexReader(ReadOnlySpan<byte> utf8)
    {
        _texts = new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _reader = new Utf8JsonReader(utf8);
    }

    /// <summary>Throws a <see cref="JsonException"/> when it is damaged.</summary>
    public static IReadOnlyList<IndexedPackage> ReadFile(string file)
    {
        using FileStream stream = File.OpenRead(file);
        int length = checked((int)stream.Length);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            stream.ReadExactly(bytes, 0, length);
            return Read(bytes.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public static IReadOnlyList<IndexedPackage> Read(ReadOnlySpan<byte> utf8)
    {
        var index = new IndexReader(utf8);
        index.ReadAll();
        return index._packages;
    }

    private void ReadAll()
    {
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
            return;
        Utf8JsonReader packages = default;
        bool hasPackages = false;
        while (Next())
        {
            if (_reader.ValueTextEquals("data"u8))
            {
                _data = Text() ?? "";
            }
            else if (_reader.ValueTextEquals("packages"u8))
            {
                // They name the file that comes beside them, before or after.
                packages = _reader;
                hasPackages = true;
                _reader.Skip();
            }
            else
            {
                _reader.Skip();
            }
        }

        if (!hasPackages)
            return;
        _reader = packages;
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartArray)
            return;
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType == JsonTokenType.StartObject)
                _packages.Add(Package());
            else
                _reader.Skip();
        }
    }

    private IndexedPackage Package()
    {
        string? name = null, version = null, description = null, minimum = null;
        long release = 0, offset = 0, length = 0;
        bool isSelected = false, isFramework = false;
        string[] tags = [];
        while (Next())
        {
            if (_reader.ValueTextEquals("name"u8))
                name = Text();
            else if (_reader.ValueTextEquals("version"u8))
                version = Text();
            else if (_reader.ValueTextEquals("releaseVersion"u8))
                release = Number();
            else if (_reader.ValueTextEquals("description"u8))
                description = Text();
            else if (_reader.ValueTextEquals("tags"u8))
                tags = Tags();
            else if (_reader.ValueTextEquals("selected"u8))
                isSelected = IsTrue();
            else if (_reader.ValueTextEquals("framework"u8))
                isFramework = IsTrue();
            else if (_reader.ValueTextEquals("minDcosReleaseVersion"u8))
                minimum = Text();
            else if (_reader.ValueTextEquals("offset"u8))
                offset = Number();
            else if (_reader.ValueTextEquals("length"u8))
                length = Number();
            else
                _reader.Skip();
        }

        return new IndexedPackage(name ?? "", version ?? "", release, description ?? "", tags)
        {
            Selected = isSelected, Framework = isFramework, MinDcosRelease = minimum, Data = _data, Offset = offset, Length = (int)Math.Clamp(length, 0, int.MaxValue),
        };
    }

    /// <summary>To the next name of a field; false at the end of the object.</summary>
    private bool Next() => _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName;

    private string? Text()
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.String)
            return Shared();
        _reader.Skip();
        return null;
    }

    private readonly string Shared()
    {
        // As many characters as bytes at most.
        if (_reader.ValueSpan.Length > LongestShared)
            return _reader.GetString()!;
        ReadOnlySpan<char> text = _buffer.AsSpan(0, _reader.CopyString(_buffer));
        if (!_texts.TryGetValue(text, out string? known))
            _texts.Set.Add(known = text.ToString());
        return known;
    }

    private long Number()
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out long number))
            return number;
        _reader.Skip();
        return 0;
    }

    private bool IsTrue()
    {
        _reader.Read();
        bool isTrue = _reader.TokenType == JsonTokenType.True;
        _reader.Skip();
        return isTrue;
    }

    /// <summary>Mostly those of the package before, which is another revision of the same.</summary>
    private string[] Tags()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            _reader.Skip();
            return [];
        }

        int count = 0;
        bool isSame = true;
        List<string>? fresh = null;
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.String)
            {
                _reader.Skip();
                continue;
            }

            string tag = Shared();
            isSame = isSame && count < _tags.Length && ReferenceEquals(_tags[count], tag);
            if (!isSame)
                (fresh ??= [.. _tags[..count]]).Add(tag);
            count++;
        }

        if (!isSame || count != _tags.Length)
            _tags = fresh?.ToArray() ?? _tags[..count];
        return _tags;
    }
}
