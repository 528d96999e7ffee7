// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Cronos;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// When a CronJob is due: five fields, a macro (<c>@hourly</c>), or <c>@every 90m</c>, in a time zone. Reading is strict; a schedule that cannot be
/// read gives the reason. A day of the month and a day of the week, both restricted, mean either, as in every crontab (robfig/cron).
/// </summary>
internal sealed class CronSchedule
{
    private const int DayOfMonth = 2;
    private const int Month = 3;
    private const int DayOfWeek = 4;
    private const string Punctuation = "*?,-/";
    private static readonly string[] Macros = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly CronExpression[] _either;
    private readonly TimeSpan _every;
    private readonly TimeZoneInfo _zone;

    /// <summary>Due whenever one of the expressions is; without any, at an interval.</summary>
    private CronSchedule(CronExpression[] either, TimeSpan every, TimeZoneInfo zone) => (_either, _every, _zone) = (either, every, zone);

    /// <summary>It runs from the last time, not by the clock.</summary>
    public bool IsInterval => _either.Length == 0;

    public static CronSchedule? Parse(string text, string? timeZone, out string error)
    {
        error = "";
        TimeZoneInfo? zone = TimeZoneInfo.Utc;
        if (!string.IsNullOrEmpty(timeZone) && !TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out zone))
        {
            error = $"unknown time zone {timeZone}";
            return null;
        }
        if (text.StartsWith("@every ", StringComparison.Ordinal))
        {
            if (GoDuration.TryParse(text["@every ".Length..].Trim(), out GoDuration every, out _) && every.ToTimeSpan() >= TimeSpan.FromSeconds(1))
                return new CronSchedule([], every.ToTimeSpan(), zone);
            error = $"failed to parse duration {text}";
            return null;
        }
        if (Unknown(text) is { } unknown)
        {
            error = unknown;
            return null;
        }
        try
        {
            return new CronSchedule([.. Alternatives(text).Select(one => CronExpression.Parse(one, CronFormat.Standard))], default, zone);
        }
        catch (CronFormatException bad)
        {
            error = bad.Message;
            return null;
        }
    }

    /// <summary>The first time strictly after; null when there is none any more.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) =>
        IsInterval
            ? new DateTimeOffset((after.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond) + _every.Ticks, TimeSpan.Zero)
            : _either.Min(one => one.GetNextOccurrence(after, _zone));

    /// <summary>The first time after <paramref name="now"/>, of an interval that runs from <paramref name="last"/>.</summary>
    public DateTimeOffset? NextBeyond(DateTimeOffset last, DateTimeOffset now) => Next(last) is { } then && then > now ? then : Next(now);

    /// <summary>The last time in (from, to], and how many there are, counted no further than <paramref name="most"/>.</summary>
    public (DateTimeOffset? Last, int Missed) LastBetween(DateTimeOffset from, DateTimeOffset to, int most)
    {
        if (IsInterval)
            return IntervalsBetween(from, to, most);
        DateTimeOffset? last = null;
        int missed = 0;
        // Far in the past only the end matters: jump close to it before walking.
        for (DateTimeOffset? next = Next(from); next is { } at && at <= to; next = Next(at))
        {
            last = at;
            if (++missed <= most)
                continue;
            TimeSpan step = Next(at) is { } then ? then - at : to - at;
            DateTimeOffset near = to - (step * 2);
            if (near > at)
                return (LastBetween(near, to, most).Last ?? last, missed);
        }
        return (last, missed);
    }

    private (DateTimeOffset? Last, int Missed) IntervalsBetween(DateTimeOffset from, DateTimeOffset to, int most)
    {
        if (Next(from) is not { } first || first > to)
            return (null, 0);
        long more = (to - first).Ticks / _every.Ticks;
        return (first.AddTicks(more * _every.Ticks), (int)Math.Min(more + 1, most + 1L));
    }

    public static string NameOf(string cronJob, DateTimeOffset due) =>
        $"{cronJob}-{(due.ToUnixTimeSeconds() / 60).ToString(CultureInfo.InvariantCulture)}";

    private static string[] Fields(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What the reader behind this would take, and Kubernetes refuses: other macros, and the letters L, W and H, and #.</summary>
    private static string? Unknown(string text)
    {
        if (text.StartsWith('@'))
            return Macros.Contains(text) ? null : $"unrecognized descriptor: {text}";
        string[] fields = Fields(text);
        for (int i = 0; i < fields.Length; i++)
        {
            string[] names = i switch { Month => Months, DayOfWeek => Days, _ => [] };
            foreach (string part in fields[i].Split(Punctuation.ToCharArray(), StringSplitOptions.RemoveEmptyEntries))
            {
                if (!part.All(char.IsAsciiDigit) && !names.Contains(part, StringComparer.OrdinalIgnoreCase))
                    return $"failed to parse {part} in field {fields[i]}";
            }
        }
        return null;
    }

    /// <summary>The schedule, or the two that mean it together: the reader takes a day for due only when both fields agree.</summary>
    private static string[] Alternatives(string text)
    {
        string[] fields = Fields(text);
        if (fields.Length != 5 || !IsRestricted(fields[DayOfMonth]) || !IsRestricted(fields[DayOfWeek]))
            return [text.Replace('?', '*')];
        string[] byMonth = [.. fields];
        string[] byWeek = [.. fields];
        (byMonth[DayOfWeek], byWeek[DayOfMonth]) = ("*", "*");
        return [string.Join(' ', byMonth).Replace('?', '*'), string.Join(' ', byWeek).Replace('?', '*')];
    }

    /// <summary>A star with a step of more than one leaves days out.</summary>
    private static bool IsRestricted(string field) => !field.Split(',').Any(item => item is "*" or "?" or "*/1" or "?/1");
}
