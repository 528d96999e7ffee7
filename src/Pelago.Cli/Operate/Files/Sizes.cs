// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;

namespace Pelago.Cli.Operate.Files;

/// <summary>
/// Numbers with a sign and a unit. As bounds of sizes find has them: <c>+10M</c> at least, <c>-1k</c> at most, <c>512</c> just so. The units are those of GNU: k, K, M,
/// G, T are powers of 1024, as KiB is, kB and MB powers of 1000, and b is 512.
/// </summary>
internal static class Sizes
{
    public static Option<string?> Option(string name, string description) => Option(name, description, "SIZE", "must be a size such as +10M, -1k or 512");

    /// <param name="name">Of the option.</param>
    /// <param name="description">For its help.</param>
    /// <param name="helpName">What its value is called there.</param>
    /// <param name="demand">What is said of a value that is none.</param>
    public static Option<string?> Option(string name, string description, string helpName, string demand)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = helpName };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ } token] && !TryParse(token.Value, out _, out _))
                result.AddError($"{name} {token.Value}: {demand}");
        });
        return option;
    }

    public static (long? Smallest, long? Biggest) Of(string? text)
    {
        if (text is null || !TryParse(text, out char bound, out long size))
            return (null, null);
        return bound switch { '+' => (size, null), '-' => (null, size), _ => (size, size) };
    }

    /// <param name="text">What is on the line.</param>
    /// <param name="sign"><c>+</c>, <c>-</c>, or <c>=</c> for none.</param>
    /// <param name="size">The number without it.</param>
    public static bool TryParse(string text, out char sign, out long size)
    {
        sign = text.Length > 0 && text[0] is '+' or '-' ? text[0] : '=';
        string number = sign == '=' ? text : text[1..];
        int end = number.AsSpan().IndexOfAnyExceptInRange('0', '9');
        long unit = end < 0 ? 1 : UnitOf(number[end..]);
        bool isNumber = long.TryParse(end < 0 ? number : number[..end], NumberStyles.None, CultureInfo.InvariantCulture, out size) && unit > 0 && size <= long.MaxValue / unit;
        size = isNumber ? size * unit : 0;
        return isNumber;
    }

    /// <summary>Zero for none.</summary>
    private static long UnitOf(string suffix) => suffix switch
    {
        "b" => 512,
        "k" or "K" or "KiB" => 1L << 10,
        "M" or "MiB" => 1L << 20,
        "G" or "GiB" => 1L << 30,
        "T" or "TiB" => 1L << 40,
        "kB" or "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        _ => 0,
    };
}
