// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pelago.Client.Tasks;

/// <summary>
/// Follows a log whose lines begin with their time over connections that break: an API server can only be asked for what is younger than a second, so
/// lines that came before are known by the last time among theirs, by their number among those of that very time, and by how many came after these. Only where
/// a connection begins is anything passed over: the times in a log step back, by microseconds between its two streams and by more when a clock is set. A server
/// may lose its node and end the text as if it were whole: what came of a line then is a part of it.
/// </summary>
internal sealed class LogLines
{
    private const int LongestLine = 1 << 20;
    private const int Whole = -1;
    private const string Nothing = "-";

    /// <summary>What steps back by no more is among what is asked for.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);
    private static readonly SearchValues<byte> BytesOfTimes = SearchValues.Create("0123456789-:.TZ+"u8);
    private readonly ArrayBufferWriter<byte> _rest = new();
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly bool _timestamps;

    // What has been seen. The greatest time, the number of its lines, how many came after the last of them, and the least of all these times.
    private string _last = "";
    private long _sameTime;
    private long _later;
    private string _from = "";

    // Of the last one seen: what was handed out, while that may not be all of it.
    private long _unfinished = Whole;

    // How far what was seen has been passed over.
    private bool _isCatchingUp;
    private long _passed;
    private long _passedLater;

    // The line that comes.
    private bool _isInLine;
    private bool _isTimed;
    private bool _isNew;
    private long _drop;
    private long _handed;

    /// <param name="position">Where an earlier one had come to; empty for the beginning.</param>
    /// <param name="timestamps">The times stay before the lines.</param>
    public LogLines(string position, bool timestamps)
    {
        _timestamps = timestamps;
        string[] parts = position.Split(' ');
        if (parts.Length != 5 || !IsCount(parts[1], out long same) || !IsCount(parts[2], out long later))
            return;
        (_last, _sameTime, _later, _from) = (parts[0], same, later, parts[3]);
        _unfinished = IsCount(parts[4], out long unfinished) ? unfinished : Whole;
    }

    /// <summary>What has been seen; empty for nothing.</summary>
    public string Position => _last.Length == 0
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{_last} {_sameTime} {_later} {_from} {(_unfinished == Whole ? Nothing : _unfinished.ToString(CultureInfo.InvariantCulture))}");

    /// <summary>From when on to ask; null for all.</summary>
    public DateTimeOffset? Since =>
        DateTimeOffset.TryParse(_from, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) && time - DateTimeOffset.MinValue > Margin ? time - Margin : null;

    /// <summary>A connection begins: what it brings may have been seen.</summary>
    public void Begin()
    {
        _rest.ResetWrittenCount();
        (_isCatchingUp, _passed, _passedLater, _isInLine) = (_last.Length > 0, 0, 0, false);
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
        if (!_isInLine)
        {
            int space = line.IndexOf((byte)' ');
            string time = space > 0 ? Encoding.ASCII.GetString(line[..space]) : "";
            (_drop, _handed) = (0, 0);
            // What a kubelet says in place of a line bears no time.
            _isTimed = IsTime(time);
            _isNew = _isTimed ? IsNew(time) : isWhole || !IsBegunTime(line);
            if (_isTimed && !_timestamps)
                line = line[(space + 1)..];
        }
        _isInLine = !isWhole;
        if (!_isNew)
            return;
        int dropped = (int)Math.Min(_drop, line.Length);
        _drop -= dropped;
        _handed += line.Length;
        _text.Write(line[dropped..]);
        if (isWhole)
            _text.Write("\n"u8);
        if (_isTimed)
            _unfinished = isWhole ? Whole : _handed + _drop;
    }

    private bool IsNew(string time)
    {
        int order = Compare(time, _last);
        if (_isCatchingUp && order <= 0)
            return IsRestOfLast(order);
        _isCatchingUp = false;
        if (order > 0)
            (_last, _sameTime, _later, _from) = (time, 1, 0, time);
        else if (order == 0)
            (_sameTime, _later, _from) = (_sameTime + 1, 0, time);
        else
            (_later, _from) = (_later + 1, Compare(time, _from) < 0 ? time : _from);
        return true;
    }

    /// <summary>Passes over a line that was seen, but for what may be new of the last one: it was handed out before it had its end.</summary>
    private bool IsRestOfLast(int order)
    {
        if (_passed == _sameTime)
            _passedLater++;
        else if (order == 0)
            _passed++;
        if (_passed < _sameTime || _passedLater < _later)
            return false;
        _isCatchingUp = false;
        _drop = Math.Max(0, _unfinished);
        return _unfinished != Whole;
    }

    private static bool IsCount(string text, out long count) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count);

    private static bool IsTime(string text) =>
        text.Length >= "2026-01-02T03:04:05Z".Length && text[10] == 'T' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    /// <summary>A time of which not all has come: nothing of its line has.</summary>
    private static bool IsBegunTime(ReadOnlySpan<byte> text) => text.Length <= "2026-01-02T03:04:05.123456789+00:00".Length && !text.ContainsAnyExcept(BytesOfTimes);

    /// <summary>Times of RFC 3339 in UTC, of which one may have fewer digits after the point.</summary>
    private static int Compare(string a, string b) => string.CompareOrdinal(a.TrimEnd('Z').PadRight(30, '0'), b.TrimEnd('Z').PadRight(30, '0'));
}
