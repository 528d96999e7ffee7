// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Kube;
using Pelago.Packages.Schema;

namespace Pelago.Packages.Format;

/// <summary>On which lines the values of pointers, or their keys, stand: all of them in one walk over the document, whatever their number and length.</summary>
internal sealed class PointerLines
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = KubeJson.MaxDepth };
    private readonly Place _root = new();

    /// <param name="utf8">A document that is JSON.</param>
    public PointerLines(byte[] utf8, IEnumerable<string> pointers)
    {
        foreach (string pointer in pointers)
            Find(pointer, make: true);
        Walk(utf8);
    }

    /// <summary>From 1, which also stands for what is not there.</summary>
    public int Of(string pointer) => Find(pointer, make: false)?.Line ?? 1;

    private Place? Find(string pointer, bool make)
    {
        Place at = _root;
        foreach (string token in pointer.Split('/').Skip(1).Select(InstancePath.Unescape))
        {
            if (at.Within.TryGetValue(token, out Place? next))
                at = next;
            else if (make)
                at.Within[token] = at = new Place();
            else
                return null;
        }

        return at;
    }

    private void Walk(byte[] utf8)
    {
        var lines = new LineCount(utf8);
        var reader = new Utf8JsonReader(utf8, Options);
        var open = new Stack<(Place? Place, bool IsList, int Index)>();
        Place? named = _root;
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                open.Pop();
                continue;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                named = open.Peek().Place is { Within.Count: > 0 } around ? around.Within.GetValueOrDefault(reader.GetString()!) : null;
            }
            else if (open.TryPeek(out (Place? Place, bool IsList, int Index) list) && list.IsList)
            {
                open.Pop();
                open.Push((list.Place, true, list.Index + 1));
                named = list.Place is { Within.Count: > 0 } around ? around.Within.GetValueOrDefault(list.Index.ToString()) : null;
            }

            if (named is { Line: 0 })
                named.Line = lines.At(reader.TokenStartIndex);
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                open.Push((named, reader.TokenType == JsonTokenType.StartArray, 0));
        }
    }

    private sealed class Place
    {
        public Dictionary<string, Place> Within { get; } = new(StringComparer.Ordinal);

        public int Line { get; set; }
    }
}
