// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Kube;

/// <summary>The labels of an object, still UTF-8 inside its document. Keeps the document alive; copies nothing.</summary>
public readonly struct Utf8Labels
{
    private readonly ReadOnlyMemory<byte> _document;
    private readonly byte[]? _unescaped;
    private readonly Utf8Slice[]? _keysAndValues;

    internal Utf8Labels(ReadOnlyMemory<byte> document, byte[]? unescaped, Utf8Slice[]? keysAndValues)
    {
        _document = document;
        _unescaped = unescaped;
        _keysAndValues = keysAndValues;
    }

    public int Count => (_keysAndValues?.Length ?? 0) / 2;

    public static Utf8Labels From(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var document = new List<byte>();
        var slices = new List<Utf8Slice>();
        foreach ((string key, string value) in labels)
        {
            foreach (string text in (ReadOnlySpan<string>)[key, value])
            {
                byte[] utf8 = Encoding.UTF8.GetBytes(text);
                slices.Add(new Utf8Slice(document.Count, utf8.Length));
                document.AddRange(utf8);
            }
        }

        return new Utf8Labels(document.ToArray(), null, [.. slices]);
    }

    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> document = _document.Span;
        Utf8Slice[] slices = _keysAndValues ?? [];
        for (int i = 0; i < slices.Length; i += 2)
        {
            if (!slices[i].In(document, _unescaped).SequenceEqual(key))
                continue;
            value = slices[i + 1].In(document, _unescaped);
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>The value of a label; null when it is absent.</summary>
    public string? Get(string key) => TryGet(Encoding.UTF8.GetBytes(key), out ReadOnlySpan<byte> value) ? Encoding.UTF8.GetString(value) : null;

    public Dictionary<string, string> ToDictionary()
    {
        var labels = new Dictionary<string, string>(Count, StringComparer.Ordinal);
        Utf8Slice[] slices = _keysAndValues ?? [];
        for (int i = 0; i < slices.Length; i += 2)
        {
            string key = Encoding.UTF8.GetString(slices[i].In(_document.Span, _unescaped));
            labels[key] = Encoding.UTF8.GetString(slices[i + 1].In(_document.Span, _unescaped));
        }

        return labels;
    }
}
