// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.History.Days;

/// <summary>Where a page ended, <c>2026-11-29.4711</c>: a day and a run of it. Reading goes on there at once, however many runs were read before.</summary>
internal static class RunCursor
{
    public static string After(RunRecord last) => string.Create(CultureInfo.InvariantCulture, $"{last.Day:yyyy-MM-dd}.{last.Id}");

    /// <summary>Null for an empty one.</summary>
    public static (DateOnly Day, long Id)? Parse(string cursor)
    {
        if (cursor.Length == 0)
            return null;
        string[] parts = cursor.Split('.');
        return parts.Length == 2
            && DateOnly.TryParseExact(parts[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long id)
            ? (day, id)
            : throw new ArgumentException($"continue: \"{cursor}\" is of no earlier query", nameof(cursor));
    }
}
