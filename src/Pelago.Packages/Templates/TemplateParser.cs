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
                _nodes.Add(new PartialNode(tag.Name, indent, LineOf(tag.Start)));
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
        int from = text.LastIndexOf('\n', Math.Max(0, tag.Start - 1), tag.Start) + 1;
        int newline = text.IndexOf('\n', tag.End);
        int to = newline < 0 ? text.Length : newline + 1;
        return from >= read && text.AsSpan(from, tag.Start - from).Trim(" \t").IsEmpty && text.AsSpan(tag.End, to - tag.End).Trim(" \t\r\n").IsEmpty ? (from, to) : null;
    }

    private void Flush()
    {
        if (_pending.Length > 0)
            _nodes.Add(new TextNode(_pending.ToString()));
        _pending.Clear();
    }

    private TemplateException Fault(string message, int at) => new(message, LineOf(at));

    private int LineOf(int at) => 1 + text.AsSpan(0, at).Count('\n');

    private sealed record Open(char Sigil, string Name, int Start, int End, List<TemplateNode> Outer);
}
