// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.Hub.Page.Streams.Columns;

/// <summary>Reads the text of a <see cref="ColumnPath"/>.</summary>
internal sealed class ColumnPathParser(string text)
{
    private const int MostSteps = 16;
    private int _at;

    /// <summary>Null with the reason when it is no path.</summary>
    public PathStep[]? Steps(out string? error)
    {
        error = null;
        var steps = new List<PathStep>();
        while (_at < text.Length)
        {
            PathStep? step = text[_at] switch { '.' => Field(), '[' => Bracket(), _ => null };
            if (step is null || steps.Count == MostSteps)
            {
                error = steps.Count == MostSteps
                    ? $"a path has at most {MostSteps} steps"
                    : $"\"{text}\" is no path at character {_at}: known are .name, ['name'], [0], [*] and [?(@.name==\"value\")]";
                return null;
            }
            steps.Add(step.Value);
        }
        if (steps.Count > 0)
            return [.. steps];
        error = "a path is missing; it begins with a dot";
        return null;
    }

    private PathStep? Field()
    {
        int start = _at + 1, end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '-' or '$'))
            end++;
        if (end == start)
            return null;
        _at = end;
        return new PathStep(PathStepKind.Field, text[start..end]);
    }

    private PathStep? Bracket()
    {
        if (Take("[*]"))
            return new PathStep(PathStepKind.Each);
        int before = _at;
        if (Take("['") && Until("']") is { } name)
            return new PathStep(PathStepKind.Field, name);
        _at = before;
        if (Take("[?(@."))
            return Match();
        int end = text.IndexOf(']', _at);
        if (end < 0 || !int.TryParse(text.AsSpan(_at + 1, end - _at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            return null;
        _at = end + 1;
        return new PathStep(PathStepKind.Index, Index: index);
    }

    private PathStep? Match()
    {
        if (Until("==") is not { } name || _at >= text.Length)
            return null;
        char quote = text[_at];
        if (quote is not ('"' or '\''))
            return null;
        _at++;
        return Until($"{quote})]") is { } value ? new PathStep(PathStepKind.Match, name.Trim(), value) : null;
    }

    private bool Take(string word)
    {
        if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0)
            return false;
        _at += word.Length;
        return true;
    }

    /// <summary>What comes before a word, which is passed over; null when it does not come.</summary>
    private string? Until(string word)
    {
        int end = text.IndexOf(word, _at, StringComparison.Ordinal);
        if (end < 0)
            return null;
        string before = text[_at..end];
        _at = end + word.Length;
        return before.Length > 0 ? before : null;
    }
}
