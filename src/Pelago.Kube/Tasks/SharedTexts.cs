// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>
/// Texts that many tasks repeat (nodes, images, reasons, container names, labels) as one string each. It remembers so many and then begins anew, so it
/// cannot grow with what a cluster says. For one reader at a time.
/// </summary>
internal sealed class SharedTexts
{
    private const int MaxRemembered = 65_536;
    private const int Longest = 512;
    private const int LongestLabels = 2_048;
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _labels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Quantity?> _amounts = new(StringComparer.Ordinal);

    /// <summary>The text at the reader; one of more than <see cref="Longest"/> characters is cut.</summary>
    public string Text(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > Longest)
        {
            string whole = reader.GetString()!;
            return whole.Length <= Longest ? whole : whole[..Longest];
        }

        Span<char> text = stackalloc char[Longest];
        return Of(text[..reader.CopyString(text)]);
    }

    public string Of(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return "";
        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> texts = _texts.GetAlternateLookup<ReadOnlySpan<char>>();
        if (texts.TryGetValue(text, out string? known))
            return known;
        if (_texts.Count == MaxRemembered)
            _texts.Clear();
        known = text.ToString();
        _texts.Add(known);
        return known;
    }

    /// <summary>The labels that an object spells; equal spellings are one dictionary.</summary>
    public IReadOnlyDictionary<string, string> Labels(string spelling)
    {
        if (_labels.TryGetValue(spelling, out IReadOnlyDictionary<string, string>? known))
            return known;
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, JsonNode? value) in KubeJson.ParseObject(Encoding.UTF8.GetBytes(spelling)))
        {
            if (value?.GetValueKind() == JsonValueKind.String)
                labels[Of(key)] = Of(value.GetValue<string>());
        }

        Remember(spelling, labels);
        return labels;
    }

    /// <summary>The labels of a text such as <c>app=web,tier=test</c>.</summary>
    public IReadOnlyDictionary<string, string> LabelsOf(string text)
    {
        if (text.Length > 0 && _labels.TryGetValue(text, out IReadOnlyDictionary<string, string>? known))
            return known;
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string label in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int at = label.IndexOf('=', StringComparison.Ordinal);
            if (at > 0)
                labels[Of(label.AsSpan(0, at))] = Of(label.AsSpan(at + 1));
        }

        Remember(text, labels);
        return labels;
    }

    /// <summary>The amount that a text spells; null when it spells none.</summary>
    public Quantity? Amount(string spelling)
    {
        if (_amounts.TryGetValue(spelling, out Quantity? known))
            return known;
        if (_amounts.Count == MaxRemembered)
            _amounts.Clear();
        known = Quantity.TryParse(spelling, out Quantity amount) ? amount : null;
        _amounts.Add(spelling, known);
        return known;
    }

    private void Remember(string spelling, IReadOnlyDictionary<string, string> labels)
    {
        if (spelling.Length > LongestLabels)
            return;
        if (_labels.Count == MaxRemembered)
            _labels.Clear();
        _labels[spelling] = labels;
    }
}
