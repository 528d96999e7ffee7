// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;

namespace Pelago.Cli.Operate.Files;

/// <summary>Moments as people say them: <c>90s</c>, <c>15m</c>, <c>1h</c>, <c>2d</c> ago, or a time of RFC 3339.</summary>
internal static class Ages
{
    public static Option<string?> Option(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "TIME" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ } token] && Of(token.Value, DateTimeOffset.UnixEpoch) is null)
                result.AddError($"{name} {token.Value}: must be how long ago (90s, 15m, 1h, 2d) or a time such as 2026-01-02T03:04:05Z");
        });
        return option;
    }

    public static DateTimeOffset? Of(string? text, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        int seconds = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        if (seconds > 0 && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long many))
            return now.AddSeconds(-Math.Min(many, 1_000_000_000 / seconds) * (double)seconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
    }
}
