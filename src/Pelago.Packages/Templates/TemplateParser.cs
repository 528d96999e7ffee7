// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Packages.Templates;

/// <summary>
/// Reads a template: a tag ends at the first closing delimiter, its sigil is the first character after the opening one, names are trimmed. A tag
/// that stands alone on its line takes the line away.
/// </summary>
internal sealed class TemplateParser(string text)
{
    private const int MaxNesting = 100;
    private readonly Stack<Open> _open = new();
    private readonly StringBuilder _pending = new();
    private List<TemplateNode> _nodes = [];
    private string _openDelimiter = "{{";
    private string _closeDelimiter = "}}";
    private int _at;
    private int _line = 1;
    private int _counted;

    /// <summary>Throws a <see cref="TemplateException"/> for tags that do not close or do not match.</summary>
    public IReadOnlyList<TemplateNode> Parse()
    {
        while (text.IndexOf(_openDelimiter, _at, StringComparison.Ordinal) is >= 0 and int start)
        {
            TemplateTag tag = ReadTag(start);
            string before = text[_at..start];
            _at = tag.End;
            string indent = "";
            if (tag.CanStandAlone && LineAround(tag, start - before.Length) is { } line)
            {
                indent = text[line.From..start];
                before = before[..^indent.Length];
                _at = line.To;
            }

            _pending.Append(before);
            Take(tag, indent);
        }

        _pending.Append(text, _at, text.Length - _at);
        Flush();
        return _open.TryPeek(out Open? open) ? throw Fault($"{{{{{open.Sigil}{open.Name}}}}} is never closed", open.Start) : _nodes;
    }

    private TemplateTag ReadTag(int start)
    {
        int inside = start + _openDelimiter.Length;
        char sigil = inside < text.Length ? text[inside] : ' ';
        if (sigil == '=')
            return ReadDelimiters(start, inside + 1);
        int close = text.IndexOf(_closeDelimiter, inside, StringComparison.Ordinal);
        if (close < 0)
            throw Fault("a tag is never closed", start);
        if (close == inside)
            throw Fault("a tag is empty", start);
        int end = close + _closeDelimiter.Length;
        if (sigil == '{')
            return ReadTriple(start, inside, close, end);
        bool plain = sigil is not ('#' or '^' or '/' or '!' or '>' or '&');
        return new TemplateTag(plain ? ' ' : sigil, text[(plain ? inside : inside + 1)..close].Trim(), start, end);
    }

    private TemplateTag ReadTriple(int start, int inside, int close, int end)
    {
        if (_closeDelimiter[0] != '}')
        {
            return text[close - 1] == '}' && close - 1 > inside
                ? new TemplateTag('&', text[(inside + 1)..(close - 1)].Trim(), start, end)
                : throw Fault("a tag with a brace is not closed by one", start);
        }

        return end < text.Length && text[end] == '}'
            ? new TemplateTag('&', text[(inside + 1)..close].Trim(), start, end + 1)
            : throw Fault("{{{ is not closed by }}}", start);
    }

    private TemplateTag ReadDelimiters(int start, int from)
    {
        int close = text.IndexOf("=" + _closeDelimiter, from, StringComparison.Ordinal);
        string[] pair = close < 0 ? [] : text[from..close].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return pair.Length == 2
            ? new TemplateTag('=', $"{pair[0]} {pair[1]}", start, close + 1 + _closeDelimiter.Length)
            : throw Fault("a change of delimiters names two, as in {{=<% %>=}}", start);
    }

    private void Take(TemplateTag tag, string indent)
    {
        switch (tag.Sigil)
        {
            case '!':
                break;
            case '=':
                string[] pair = tag.Name.Split(' ');
                (_openDelimiter, _closeDelimiter) = (pair[0], pair[1]);
                break;
            case '#' or '^':
                Flush();
                if (_open.Count == MaxNesting)
                    throw Fault($"sections are nested deeper than {MaxNesting}", tag.Start);
                _open.Push(new Open(tag.Sigil, tag.Name, tag.Start, tag.End, _nodes));
                _nodes = [];
                break;
            case '/':
                Close(tag);
                break;
            case '>':
                Flush();
                _nodes.Add(new PartialNode(tag.Name, indent, NextLine(tag.Start)));
                break;
            default:
                Flush();
                _nodes.Add(new VariableNode(tag.Name, tag.Sigil == ' '));
                break;
        }
    }

    private void Close(TemplateTag tag)
    {
        Flush();
        if (!_open.TryPop(out Open? open))
            throw Fault($"{{{{/{tag.Name}}}}} closes nothing", tag.Start);
        if (open.Name != tag.Name)
            throw Fault($"{{{{/{tag.Name}}}}} closes {{{{{open.Sigil}{open.Name}}}}} of line {LineOf(open.Start)}", tag.Start);
        var section = new SectionNode(open.Name, open.Sigil == '^', _nodes, text.AsMemory(open.End, tag.Start - open.End));
        _nodes = open.Outer;
        _nodes.Add(section);
    }

    /// <summary>The line of a tag when nothing but white space is around it: where it begins and where the next one does.</summary>
    private (int From, int To)? LineAround(TemplateTag tag, int read)
    {
        // Only white space is looked at: a line of tags without end would be read again for each of them.
        int from = tag.Start, to = tag.End;
        while (from > read && text[from - 1] is ' ' or '\t')
            from--;
        if (from > 0 && text[from - 1] != '\n')
            return null;
        while (to < text.Length && text[to] is ' ' or '\t' or '\r')
            to++;
        return to < text.Length && text[to] != '\n' ? null : (from, Math.Min(to + 1, text.Length));
    }

    private void Flush()
    {
        if (_pending.Length > 0)
            _nodes.Add(new TextNode(_pending.ToString()));
        _pending.Clear();
    }

    private TemplateException Fault(string message, int at) => new(message, LineOf(at));

    /// <summary>The line of what comes later than what was asked for before.</summary>
    private int NextLine(int at)
    {
        _line += text.AsSpan(_counted, at - _counted).Count('\n');
        _counted = at;
        return _line;
    }

    private int LineOf(int at) => 1 + text.AsSpan(0, at).Count('\n');

    private sealed record Open(char Sigil, string Name, int Start, int End, List<TemplateNode> Outer);
}
