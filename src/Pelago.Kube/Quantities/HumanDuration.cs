// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>
/// Durations as kubectl shows them, with two or three significant figures: <c>95s</c>, <c>3m20s</c>, <c>5h</c>, <c>5d3h</c>, <c>2y40d</c>.
/// The steps are those of apimachinery pkg/util/duration HumanDuration.
/// </summary>
public static class HumanDuration
{
    /// <summary>What is printed where there is no time.</summary>
    public const string Unknown = "<unknown>";

    private const long HoursOfDay = 24;
    private const long DaysOfYear = 365;

    /// <summary>How long ago a time was; <c>&lt;unknown&gt;</c> when there is none.</summary>
    public static string Since(string? time, DateTimeOffset now) => MetaTime.TryParse(time, out DateTimeOffset then) ? Format(now - then) : Unknown;

    /// <summary>Cut to seconds; a second in the future is <c>0s</c>, more of it <c>&lt;invalid&gt;</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        long seconds = duration.Ticks / TimeSpan.TicksPerSecond;
        if (seconds < 0)
        {
            // Two clocks may differ by a second; more is a mistake that should be seen.
            return seconds < -1 ? "<invalid>" : "0s";
        }
        long minutes = seconds / 60, hours = minutes / 60, days = hours / HoursOfDay;
        return (minutes, hours, days) switch
        {
            ( < 2, _, _) => $"{seconds}s",
            ( < 10, _, _) => Two(minutes, "m", seconds % 60, "s"),
            ( < 180, _, _) => $"{minutes}m",
            (_, < 8, _) => Two(hours, "h", minutes % 60, "m"),
            (_, < 48, _) => $"{hours}h",
            (_, _, < 8) => Two(days, "d", hours % HoursOfDay, "h"),
            (_, _, < 2 * DaysOfYear) => $"{days}d",
            (_, _, < 8 * DaysOfYear) => Two(days / DaysOfYear, "y", days % DaysOfYear, "d"),
            _ => $"{days / DaysOfYear}y",
        };
    }

    private static string Two(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}
