// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Cronos;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// When a CronJob is due: five fields, a macro (<c>@hourly</c>), or <c>@every 90m</c>, in a time zone. Reading is strict; a schedule that cannot be
/// read gives the reason.
/// </summary>
internal sealed class CronSchedule
{
    private readonly CronExpression? _expression;
    private readonly TimeSpan _every;
    private readonly TimeZoneInfo _zone;

    private CronSchedule(CronExpression? expression, TimeSpan every, TimeZoneInfo zone) => (_expression, _every, _zone) = (expression, every, zone);

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
                return new CronSchedule(null, every.ToTimeSpan(), zone);
            error = $"failed to parse duration {text}";
            return null;
        }
        try
        {
            return new CronSchedule(CronExpression.Parse(text, CronFormat.Standard), default, zone);
        }
        catch (CronFormatException bad)
        {
            error = bad.Message;
            return null;
        }
    }

    /// <summary>The first time strictly after; null when there is none any more.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) =>
        _expression is null
            ? new DateTimeOffset((after.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond) + _every.Ticks, TimeSpan.Zero)
            : _expression.GetNextOccurrence(after, _zone);

    /// <summary>The last time in (from, to], and how many there are, counted no further than <paramref name="most"/>.</summary>
    public (DateTimeOffset? Last, int Missed) LastBetween(DateTimeOffset from, DateTimeOffset to, int most)
    {
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

    public static string NameOf(string cronJob, DateTimeOffset due) =>
        $"{cronJob}-{(due.ToUnixTimeSeconds() / 60).ToString(CultureInfo.InvariantCulture)}";
}
