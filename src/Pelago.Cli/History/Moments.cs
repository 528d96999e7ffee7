// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Pelago.Kube;

namespace Pelago.Cli.History;

/// <summary>Moments as a line gives them: <c>90m</c>, <c>2d</c> (so long ago), <c>2026-11-29</c> (its beginning, UTC) or a time of RFC 3339.</summary>
internal static class Moments
{
    public static Option<string?> Option(string name, string description)
    {
        var option = new Option<string?>(name) { Description = $"{description}: 90m, 2d, 2026-11-29 or a time of RFC 3339", HelpName = "WHEN" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !TryParse(text, DateTimeOffset.UnixEpoch.AddYears(50), out _))
                result.AddError($"{name} {text}: must be a span such as 90m, 6h or 2d, a day such as 2026-11-29, or a time such as 2026-11-29T10:00:00Z");
        });
        return option;
    }

    public static DateTimeOffset? Of(string? text, TimeProvider time) => text is not null && TryParse(text, time.GetUtcNow(), out DateTimeOffset? moment) ? moment : null;

    private static bool TryParse(string text, DateTimeOffset now, [NotNullWhen(true)] out DateTimeOffset? moment)
    {
        moment = null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
            moment = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        else if (MetaTime.TryParse(text, out DateTimeOffset exact))
            moment = exact;
        else if (text.EndsWith('d') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int days) && days <= 10_000)
            moment = now.AddDays(-days);
        else if (GoDuration.TryParse(text, out GoDuration span, out _) && span.Nanoseconds >= 0 && span.ToTimeSpan() < TimeSpan.FromDays(10_000))
            moment = now - span.ToTimeSpan();
        return moment is not null;
    }
}
