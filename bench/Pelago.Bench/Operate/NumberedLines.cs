// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.Bench.Operate;

/// <summary>
/// What came of sources that each count their lines: <c>PREFIX: NUMBER SECONDS.MICROSECONDS …</c>. A number that is passed over is lost, one that came
/// before is there twice. For one thread.
/// </summary>
internal sealed class NumberedLines
{
    private readonly Dictionary<string, int> _last = new(StringComparer.Ordinal);
    private readonly List<double> _delays = [];
    private readonly List<double> _steady = [];

    public long Lost { get; private set; }

    public long Twice { get; private set; }

    /// <summary>Lines that are none of a source: halves of lines, or of two.</summary>
    public long Broken { get; private set; }

    public int Sources => _last.Count;

    /// <summary>Nothing is disturbed now: delays count as those of usual times.</summary>
    public bool IsSteady { get; set; }

    public long Lines => _delays.Count;

    /// <summary>Milliseconds from writing to printing, all and those of usual times, sorted.</summary>
    public double[] Delays => [.. _delays.Order()];

    public double[] SteadyDelays => [.. _steady.Order()];

    public int LastOf(string source) => _last.GetValueOrDefault(source);

    public int SourcesWith(int count) => _last.Values.Count(last => last >= count);

    public void Take(string source, ReadOnlySpan<char> text)
    {
        int space = text.IndexOf(' ');
        ReadOnlySpan<char> rest = space > 0 ? text[(space + 1)..] : [];
        int end = rest.IndexOf(' ') is var next and >= 0 ? next : rest.Length;
        if (space <= 0 || !int.TryParse(text[..space], out int number) || !double.TryParse(rest[..end], CultureInfo.InvariantCulture, out double written))
        {
            Broken++;
            return;
        }
        double delay = (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds - (written * 1000);
        _delays.Add(delay);
        if (IsSteady)
            _steady.Add(delay);
        int last = _last.GetValueOrDefault(source);
        if (number <= last)
        {
            Twice++;
            return;
        }
        Lost += number - last - 1;
        _last[source] = number;
    }
}
