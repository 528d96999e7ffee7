// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Packages.Schema;

namespace Pelago.Packages.Format;

/// <summary>Follows a reader through a document: the pointer of where it is, and the names of an object that were seen.</summary>
internal sealed class JsonCursor
{
    private readonly Stack<Level> _levels = new();

    /// <summary>The name of the property that was just read, when it was there before.</summary>
    public string? Repeated { get; private set; }

    public string Pointer => string.Concat(_levels.Reverse().Select(level => level.Token is { } token ? "/" + token : ""));

    /// <summary>Takes in the token that the reader is at.</summary>
    public void Take(ref Utf8JsonReader reader)
    {
        Repeated = null;
        switch (reader.TokenType)
        {
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                _levels.Pop();
                return;
            case JsonTokenType.PropertyName:
                Level level = _levels.Peek();
                string name = reader.GetString()!;
                level.Token = InstancePath.Escape(name);
                Repeated = level.Seen.Add(name) ? null : name;
                return;
        }

        if (_levels.TryPeek(out Level? list) && list.IsList)
            list.Token = (++list.Index).ToString();
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            _levels.Push(new Level(reader.TokenType == JsonTokenType.StartArray));
    }

    private sealed class Level(bool isList)
    {
        public bool IsList { get; } = isList;

        public int Index { get; set; } = -1;

        public string? Token { get; set; }

        public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);
    }
}
