// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pelago.Client.Tasks;

/// <summary>
/// Follows a log whose lines begin with their time over connections that break: an API server can only be asked for what is younger than a second, so
/// lines that came before are known by their time and their number among those of the same time. Only where a connection begins is anything passed over:
/// the times in a log step back, by microseconds between its two streams and by more when a clock is set.
/// </summary>
internal sealed class LogLines
{
    private const int LongestLine = 1 << 20;
    private readonly ArrayBufferWriter<byte> _rest = new();
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly bool _timestamps;
    private string _last = "";
    private long _sameTime;
    private long _passed;
    private bool _isCatchingUp;
    private bool _isInLine;

    /// <param name="position">Where an earlier one had come to; empty for the beginning.</param>
    /// <param name="timestamps">The times stay before the lines.</param>
    public LogLines(string position, bool timestamps)
    {
        _timestamps = timestamps;
        string[] parts = position.Split(' ');
        if (parts.Length == 2 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long same))
            (_last, _sameTime) = (parts[0], same);
    }

    /// <summary>The time and how many lines of that very time have been seen.</summary>
    public string Position => _last.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{_last} {_sameTime}");

    /// <summary>From when on to ask; null for all.</summary>
    public DateTimeOffset? Since => DateTimeOffset.TryParse(_last, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    /// <summary>A connection begins: what it brings may have been seen.</summary>
    public void Begin()
    {
        _rest.ResetWrittenCount();
        (_isCatchingUp, _passed, _isInLine) = (_last.Length > 0, 0, false);
    }

    /// <summary>The new text in what came; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Take(ReadOnlySpan<byte> came, bool isLast)
    {
        _text.ResetWrittenCount();
        _rest.Write(came);
        ReadOnlySpan<byte> lines = _rest.WrittenSpan;
        int end;
        while ((end = lines.IndexOf((byte)'\n')) >= 0)
        {
            TakeLine(lines[..end], isWhole: true);
            lines = lines[(end + 1)..];
        }
        if (lines.Length > 0 && (isLast || lines.Length > LongestLine))
        {
            TakeLine(lines, isWhole: false);
            lines = [];
        }
        byte[] left = lines.ToArray();
        _rest.ResetWrittenCount();
        _rest.Write(left);
        return _text.WrittenMemory;
    }

    private void TakeLine(ReadOnlySpan<byte> line, bool isWhole)
    {
        int space = _isInLine ? -1 : line.IndexOf((byte)' ');
        string time = space > 0 ? Encoding.ASCII.GetString(line[..space]) : "";
        // What a kubelet says in place of a line bears no time.
        if (!IsTime(time))
            space = -1;
        bool isNew = space < 0 || IsNew(time);
        _isInLine = !isWhole;
        if (!isNew)
            return;
        _text.Write(_timestamps ? line : line[(space + 1)..]);
        if (isWhole)
            _text.Write("\n"u8);
    }

    private bool IsNew(string time)
    {
        int order = Compare(time, _last);
        if (order > 0)
        {
            (_last, _sameTime, _isCatchingUp) = (time, 1, false);
            return true;
        }
        if (!_isCatchingUp)
        {
            _sameTime += order == 0 ? 1 : 0;
            return true;
        }
        // Of the lines of the last time seen, as many as were seen are passed over.
        if (order < 0 || ++_passed <= _sameTime)
            return false;
        (_sameTime, _isCatchingUp) = (_passed, false);
        return true;
    }

    private static bool IsTime(string text) =>
        text.Length >= "2026-01-02T03:04:05Z".Length && text[10] == 'T' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    /// <summary>Times of RFC 3339 in UTC, of which one may have fewer digits after the point.</summary>
    private static int Compare(string a, string b) => string.CompareOrdinal(a.TrimEnd('Z').PadRight(30, '0'), b.TrimEnd('Z').PadRight(30, '0'));
}
