// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;

namespace Pelago.Cli.Operate.Files;

/// <summary>Bounds of sizes as find has them: <c>+10M</c> at least, <c>-1k</c> at most, <c>512</c> just so; k, M, G are powers of 1024.</summary>
internal static class Sizes
{
    public static Option<string?> Option(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "SIZE" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ } token] && !TryParse(token.Value, out _, out _))
                result.AddError($"{name} {token.Value}: must be a size such as +10M, -1k or 512");
        });
        return option;
    }

    public static (long? Smallest, long? Biggest) Of(string? text)
    {
        if (text is null || !TryParse(text, out char bound, out long size))
            return (null, null);
        return bound switch { '+' => (size, null), '-' => (null, size), _ => (size, size) };
    }

    private static bool TryParse(string text, out char bound, out long size)
    {
        bound = text.Length > 0 && text[0] is '+' or '-' ? text[0] : '=';
        string number = bound == '=' ? text : text[1..];
        int shift = number.Length == 0 ? 0 : number[^1] switch { 'k' or 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        bool isNumber = long.TryParse(shift > 0 ? number[..^1] : number, NumberStyles.None, CultureInfo.InvariantCulture, out size) && size <= long.MaxValue >> shift;
        size <<= shift;
        return isNumber;
    }
}
