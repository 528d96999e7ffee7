// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Pelago.Kube.Lines;

/// <summary>
/// Picks lines out of a text that comes in pieces. What it writes is a line for each: <c>:LINE</c> matches, <c>-LINE</c> stands around a match, <c>=</c>
/// is a gap between such groups; with numbers <c>:12:LINE</c> and <c>-12-LINE</c>. The last line is <c>!COUNT</c>, or <c>!COUNT binary</c> for what is
/// no text, of which no lines are shown. An answer without a last line is not whole. Memory is bounded: a line longer than 1 MiB is taken in pieces.
/// </summary>
public sealed class LineFilter
{
    /// <summary>A line is taken in pieces of this many bytes.</summary>
    public const int LongestLine = 1 << 20;
    private readonly LineQuery _query;
    private readonly LineMatcher _matcher;
    private readonly IBufferWriter<byte> _output;
    private readonly ArrayBufferWriter<byte> _rest = new();
    private readonly Queue<byte[]> _before = new();
    private long _number;
    private long _lastShown;
    private int _afterLeft;

    private LineFilter(LineQuery query, LineMatcher matcher, IBufferWriter<byte> output) => (_query, _matcher, _output) = (query, matcher, output);

    /// <summary>The lines that matched so far.</summary>
    public long Matches { get; private set; }

    /// <summary>There was a zero byte: this is no text.</summary>
    public bool IsBinary { get; private set; }

    /// <summary>Nothing that comes can change the answer any more.</summary>
    public bool IsDone => (Matches >= _query.Most && _afterLeft == 0) || (IsBinary && Matches > 0 && !_query.CountOnly);

    private bool ShowsLines => !_query.CountOnly && !IsBinary;

    private bool LooksAhead => _matcher.LooksAhead && _query is { Invert: false, Before: 0, After: 0 };

    /// <summary>Null with a reason when the query cannot be answered.</summary>
    public static LineFilter? Of(LineQuery query, IBufferWriter<byte> output, out string? error)
    {
        LineMatcher? matcher = LineMatcher.Of(query, out error);
        if (matcher is not null && (query.Before is < 0 or > LineQuery.MostContext || query.After is < 0 or > LineQuery.MostContext || query.Most < 0))
            error = $"there are at most {LineQuery.MostContext} lines of context, and no number is below 0";
        return error is null ? new LineFilter(query, matcher!, output) : null;
    }

    /// <summary>More of the text; it may end anywhere in a line.</summary>
    public void Push(ReadOnlySpan<byte> text)
    {
        if (!IsBinary && !_query.AsText && text.Contains((byte)0))
            IsBinary = true;
        if (_rest.WrittenCount > 0)
        {
            int end = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> head = end < 0 ? text : text[..end];
            _rest.Write(head);
            text = end < 0 ? [] : text[(end + 1)..];
            if (end < 0 && _rest.WrittenCount < LongestLine)
                return;
            TakeLine(_rest.WrittenSpan);
            _rest.ResetWrittenCount();
        }
        int whole = text.LastIndexOf((byte)'\n') + 1;
        TakeLines(text[..whole]);
        if (!IsDone)
            _rest.Write(text[whole..]);
    }

    /// <summary>The text has ended; a last line without its newline is one too.</summary>
    public void End()
    {
        if (_rest.WrittenCount > 0)
            TakeLine(_rest.WrittenSpan);
        _rest.ResetWrittenCount();
        Write(string.Create(CultureInfo.InvariantCulture, $"!{Matches}{(IsBinary && !_query.CountOnly ? " binary" : "")}\n"));
    }

    private void TakeLines(ReadOnlySpan<byte> lines)
    {
        if (LooksAhead)
            _matcher.Begin(lines);
        while (!lines.IsEmpty && !IsDone)
        {
            if (LooksAhead)
            {
                int begin = _matcher.Skip(lines);
                _number += _query.Numbers ? lines[..begin].Count((byte)'\n') : 0;
                lines = lines[begin..];
                if (lines.IsEmpty)
                    return;
                _matcher.Pass();
            }
            int end = lines.IndexOf((byte)'\n');
            TakeLine(lines[..end]);
            lines = lines[(end + 1)..];
        }
    }

    private void TakeLine(ReadOnlySpan<byte> line)
    {
        if (IsDone)
            return;
        _number++;
        if (!(Matches >= _query.Most) && _matcher.Matches(line) != _query.Invert)
        {
            Matches++;
            ShowBefore();
            Show((byte)':', line);
            _afterLeft = _query.After;
        }
        else if (_afterLeft > 0)
        {
            _afterLeft--;
            Show((byte)'-', line);
        }
        else if (_query.Before > 0 && ShowsLines)
        {
            if (_before.Count == _query.Before)
                _before.Dequeue();
            _before.Enqueue(line.ToArray());
        }
    }

    private void ShowBefore()
    {
        long matched = _number;
        if (ShowsLines && _query.Before + _query.After > 0 && _lastShown > 0 && _lastShown < matched - _before.Count - 1)
            Write("=\n");
        _number = matched - _before.Count;
        while (_before.TryDequeue(out byte[]? line))
        {
            Show((byte)'-', line);
            _number++;
        }
        _number = matched;
    }

    private void Show(byte mark, ReadOnlySpan<byte> line)
    {
        if (!ShowsLines)
            return;
        _lastShown = _number;
        Span<byte> into = _output.GetSpan(line.Length + 32);
        into[0] = mark;
        int used = 1;
        if (_query.Numbers)
        {
            Utf8Formatter.TryFormat(_number, into[1..], out int digits);
            into[1 + digits] = mark;
            used += digits + 1;
        }
        line.CopyTo(into[used..]);
        used += line.Length;
        into[used] = (byte)'\n';
        _output.Advance(used + 1);
    }

    private void Write(string text) => _output.Write(Encoding.ASCII.GetBytes(text));
}
