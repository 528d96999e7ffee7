// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.RegularExpressions;

namespace Pelago.Kube;

/// <summary>
/// What the text of a scalar means under the rules that Go's yaml v2 has (and with it kubectl and the API server): YAML 1.1 booleans,
/// octal by a leading zero, underscores in numbers, no sexagesimals. Timestamps stay texts.
/// </summary>
internal readonly partial record struct YamlScalar
{
    private YamlScalar(string tag, string text)
    {
        Tag = tag;
        Text = text;
    }

    /// <summary><c>!!str</c>, <c>!!int</c>, <c>!!float</c>, <c>!!bool</c> or <c>!!null</c>.</summary>
    public string Tag { get; }

    /// <summary>The value as JSON spells it, texts without their quotes.</summary>
    public string Text { get; }

    /// <summary>Reads a scalar node; a tag that its text does not fit is refused.</summary>
    public static YamlScalar Of(YamlNode node)
    {
        switch (node.Tag)
        {
            case "" when !node.IsPlain:
            case "!" or "!!str" or "!!timestamp":
                return new YamlScalar("!!str", node.Text);
            case "!!binary":
                return Binary(node.Text);
        }

        if (node.Tag is not ("" or "!!bool" or "!!int" or "!!float" or "!!null"))
            return new YamlScalar("!!str", node.Text);
        YamlScalar found = Resolve(node.Text);
        if (node.Tag == "!!float" && found.Tag == "!!int")
            return new YamlScalar("!!float", found.Text);
        if (node.Tag.Length > 0 && node.Tag != found.Tag)
            throw new YamlRefusedException($"yaml: cannot decode {found.Tag} `{node.Text}` as a {node.Tag}");
        return found;
    }

    /// <summary>True when the text without quotes would not be read back as this text.</summary>
    public static bool NeedsQuotes(string text) => Resolve(text).Tag != "!!str" || Sexagesimal().IsMatch(text) || IsTimestamp(text);

    /// <summary>A double as Go's encoding/json spells it.</summary>
    public static string JsonNumber(double value)
    {
        if (!double.IsFinite(value))
            throw new YamlRefusedException($"json: unsupported value: {(double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf")}");
        double size = Math.Abs(value);
        if (size == 0 || (size >= 1e-6 && size < 1e21))
            return value.ToString(size < 1e15 && size >= 1e-4 ? "R" : "0.#################################", CultureInfo.InvariantCulture);
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.Replace("E-0", "e-", StringComparison.Ordinal).Replace('E', 'e');
    }

    private static bool IsTimestamp(string text)
    {
        if (text.Length < 8 || text[4] != '-' || Timestamp().Match(text) is not { Success: true } match)
            return false;
        string time = match.Groups[3].Value + match.Groups[6].Value;
        return DateOnly.TryParseExact(match.Groups[1].Value, "yyyy-M-d", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            && (time.Length == 0 || TimeOnly.TryParseExact(time, "H:m:s", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
    }

    private static YamlScalar Resolve(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return new YamlScalar("!!null", "null");
            case "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON":
                return new YamlScalar("!!bool", "true");
            case "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF":
                return new YamlScalar("!!bool", "false");
            case ".nan" or ".NaN" or ".NAN":
                return new YamlScalar("!!float", "NaN");
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF":
                return new YamlScalar("!!float", "+Inf");
            case "-.inf" or "-.Inf" or "-.INF":
                return new YamlScalar("!!float", "-Inf");
        }

        bool mayBeNumber = text[0] is '+' or '-' or '.' || char.IsAsciiDigit(text[0]);
        return mayBeNumber && text.Length <= 400 ? ResolveNumber(text) : new YamlScalar("!!str", text);
    }

    private static YamlScalar ResolveNumber(string text)
    {
        string plain = text[0] == '.' ? text : text.Replace("_", "", StringComparison.Ordinal);
        if (text[0] != '.' && TryReadInteger(plain, out string? integer))
            return new YamlScalar("!!int", integer);
        if (Float().IsMatch(plain) && double.Parse(plain, NumberStyles.Float, CultureInfo.InvariantCulture) is var number && double.IsFinite(number))
            return new YamlScalar("!!float", JsonNumber(number));
        return new YamlScalar("!!str", text);
    }

    /// <summary>Go's ParseInt and ParseUint with base 0, in the range of int64 and uint64.</summary>
    private static bool TryReadInteger(string plain, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? integer)
    {
        integer = null;
        bool negative = plain.StartsWith('-');
        ReadOnlySpan<char> digits = plain.AsSpan(plain[0] is '-' or '+' ? 1 : 0);
        uint radix = 10;
        if (digits.Length > 1 && digits[0] == '0')
        {
            radix = digits[1] switch
            {
                'x' or 'X' => 16,
                'b' or 'B' => 2,
                _ => 8,
            };
            digits = digits[(digits[1] is 'x' or 'X' or 'b' or 'B' or 'o' or 'O' ? 2 : 1)..];
        }

        if (digits.IsEmpty || digits.Length > 64)
            return false;
        UInt128 value = 0;
        foreach (char digit in digits)
        {
            if (!char.IsAsciiHexDigit(digit) || Convert.ToUInt32(digit.ToString(), 16) is var unit && unit >= radix)
                return false;
            value = (value * radix) + Convert.ToUInt32(digit.ToString(), 16);
            if (value > ulong.MaxValue)
                return false;
        }

        if (negative && value > 1UL << 63)
            return false;
        integer = negative && value > 0 ? "-" + value : value.ToString();
        return plain[0] != '+' || value <= long.MaxValue;
    }

    private static YamlScalar Binary(string text)
    {
        byte[] buffer = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, buffer, out int length))
            throw new YamlRefusedException("yaml: !!binary value contains invalid base64 data");
        return new YamlScalar("!!str", System.Text.Encoding.UTF8.GetString(buffer, 0, length));
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Float();

    [GeneratedRegex(@"^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Sexagesimal();

    [GeneratedRegex(@"^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})([Tt]([0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})| ([0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(\.[0-9]+)?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Timestamp();
}
