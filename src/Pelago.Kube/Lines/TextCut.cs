// SPDX-License-Identifier: Apache-2.0

using System.Buffers;

namespace Pelago.Kube.Lines;

/// <summary>
/// Cuts a part out of a text that comes in pieces. Where it is counted from the end, so much is held as the last lines or bytes are long, and at most a
/// piece more; else nothing.
/// </summary>
public sealed class TextCut(TextPart part)
{
    private readonly Queue<(byte[] Text, long Units)> _held = new();
    private readonly ArrayBufferWriter<byte> _wanted = new();

    /// <summary>How many lines or bytes are still of the first ones.</summary>
    private long _left = part.Count;

    /// <summary>The ends of lines, or the bytes, that are held.</summary>
    private long _units;
    private bool _isInLine;

    /// <summary>Nothing that comes is wanted any more.</summary>
    public bool IsDone => part.Side == TextSide.First && _left == 0;

    /// <summary>In bytes.</summary>
    public long Held { get; private set; }

    /// <summary>Of a text without its beginning: what is still to be left out of what comes; null: nothing.</summary>
    public TextPart? Rest => part.Side == TextSide.AllButFirst && _left > 0 ? part with { Count = _left } : null;

    private bool IsFromEnd => part.Side is TextSide.Last or TextSide.AllButLast;

    /// <summary>What is wanted of what has come, as far as that is known; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Push(ReadOnlyMemory<byte> text)
    {
        if (IsFromEnd)
            return Hold(text.Span);
        int first = First(text.Span);
        return part.Side == TextSide.First ? text[..first] : text[first..];
    }

    /// <summary>The text has ended: what is still wanted.</summary>
    public ReadOnlyMemory<byte> End()
    {
        _wanted.ResetWrittenCount();
        _left = Math.Max(0, _units + (_isInLine ? 1 : 0) - part.Count);
        while (_held.TryDequeue(out (byte[] Text, long Units) piece))
        {
            int first = First(piece.Text);
            _wanted.Write(part.Side == TextSide.Last ? piece.Text.AsSpan(first) : piece.Text.AsSpan(0, first));
        }
        return _wanted.WrittenMemory;
    }

    private ReadOnlyMemory<byte> Hold(ReadOnlySpan<byte> text)
    {
        _wanted.ResetWrittenCount();
        if (text.IsEmpty)
            return default;
        long units = part.IsBytes ? text.Length : text.Count((byte)'\n');
        _held.Enqueue((text.ToArray(), units));
        _units += units;
        Held += text.Length;
        _isInLine = !part.IsBytes && text[^1] != '\n';
        while (_held.TryPeek(out (byte[] Text, long Units) oldest) && IsBeforeLast(_units - oldest.Units))
        {
            _held.Dequeue();
            _units -= oldest.Units;
            Held -= oldest.Text.Length;
            if (part.Side == TextSide.AllButLast)
                _wanted.Write(oldest.Text);
        }
        return _wanted.WrittenMemory;
    }

    /// <summary>Whether a piece has nothing of the last ones, when so many are after it. The first line after it may have begun in it; of no lines nothing has.</summary>
    private bool IsBeforeLast(long after) => part.IsBytes || part.Count == 0 ? after >= part.Count : after > part.Count;

    /// <summary>How much of a piece is of the first ones.</summary>
    private int First(ReadOnlySpan<byte> text)
    {
        if (part.IsBytes)
        {
            int count = (int)Math.Min(_left, text.Length);
            _left -= count;
            return count;
        }
        int end = 0;
        while (_left > 0)
        {
            int newline = text[end..].IndexOf((byte)'\n');
            if (newline < 0)
                return text.Length;
            end += newline + 1;
            _left--;
        }
        return end;
    }
}
