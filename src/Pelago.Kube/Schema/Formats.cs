// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Text;
using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Pelago.Kube.Schema;

/// <summary>
/// The string formats that a CustomResourceDefinition may ask for (apiextensions pkg/apiserver/validation/formats.go); any other name checks nothing.
/// </summary>
internal static partial class Formats
{
    private static readonly FrozenDictionary<string, Func<string, bool>> Known = new Dictionary<string, Func<string, bool>>
    {
        ["bsonobjectid"] = text => text.Length == 24 && text.All(char.IsAsciiHexDigit),
        ["uri"] = IsRequestUri,
        ["email"] = text => MailAddress.TryCreate(text, out _),
        ["hostname"] = IsHostname,
        ["ipv4"] = text => IsAddress(text, AddressFamily.InterNetwork),
        ["ipv6"] = text => IsAddress(text, AddressFamily.InterNetworkV6),
        ["cidr"] = IsCidr,
        ["mac"] = text => Mac().IsMatch(text),
        ["uuid"] = text => Uuid().IsMatch(text),
        ["uuid3"] = text => Uuid().IsMatch(text) && Version(text) == '3',
        ["uuid4"] = text => Uuid().IsMatch(text) && Version(text) == '4' && Variant(text),
        ["uuid5"] = text => Uuid().IsMatch(text) && Version(text) == '5' && Variant(text),
        ["isbn"] = text => IsIsbn10(text) || IsIsbn13(text),
        ["isbn10"] = IsIsbn10,
        ["isbn13"] = IsIsbn13,
        ["creditcard"] = text => CreditCard().IsMatch(NotDigits().Replace(text, "")),
        ["ssn"] = text => Ssn().IsMatch(text),
        ["hexcolor"] = text => HexColor().IsMatch(text),
        ["rgbcolor"] = text => RgbColor().IsMatch(text),
        ["byte"] = text => text.Length > 0 && Base64.IsValid(text),
        ["password"] = _ => true,
        ["date"] = text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        ["duration"] = text => GoDuration.TryParse(text, out _, out _) || ScalaDuration().IsMatch(text),
        ["datetime"] = text => MetaTime.TryParse(text, out _),
        ["k8sshortname"] = text => text.Length <= 63 && ShortName().IsMatch(text),
        ["k8slongname"] = text => text.Length <= 253 && LongName().IsMatch(text),
    }.ToFrozenDictionary();

    /// <summary>Whether a text has a format, of which dashes do not count.</summary>
    public static bool Holds(string format, string text) => !Known.TryGetValue(Normal(format), out Func<string, bool>? check) || check(text);

    public static bool IsKnown(string format) => Known.ContainsKey(Normal(format));

    private static string Normal(string format) =>
        format.Contains('-', StringComparison.Ordinal) ? format.Replace("-", "", StringComparison.Ordinal) : format;

    private static bool IsRequestUri(string text) =>
        text.StartsWith('/') ? Uri.TryCreate("http://host" + text, UriKind.Absolute, out _) : Uri.TryCreate(text, UriKind.Absolute, out _);

    private static bool IsHostname(string text) => text.Length <= 255 && Hostname().IsMatch(text) && text.Split('.').All(label => label.Length <= 63);

    private static bool IsAddress(string text, AddressFamily family) =>
        IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == family
        && (family != AddressFamily.InterNetwork || text.Count(c => c == '.') == 3) && !text.Contains('[', StringComparison.Ordinal);

    private static bool IsCidr(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && IPAddress.TryParse(text[..slash], out IPAddress? address)
            && int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int bits)
            && bits <= (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
    }

    private static char Version(string uuid) => Digits(uuid)[12];

    private static bool Variant(string uuid) => "89abAB".Contains(Digits(uuid)[16], StringComparison.Ordinal);

    private static string Digits(string uuid) => uuid.Replace("-", "", StringComparison.Ordinal);

    private static bool IsIsbn10(string text)
    {
        string digits = IsbnSeparators().Replace(text, "");
        if (!Isbn10().IsMatch(digits))
            return false;
        int sum = 0;
        for (int i = 0; i < 10; i++)
            sum += (i + 1) * (digits[i] == 'X' ? 10 : digits[i] - '0');
        return sum % 11 == 0;
    }

    private static bool IsIsbn13(string text)
    {
        string digits = IsbnSeparators().Replace(text, "");
        if (digits.Length != 13 || !digits.All(char.IsAsciiDigit))
            return false;
        int sum = 0;
        for (int i = 0; i < 13; i++)
            sum += (i % 2 == 0 ? 1 : 3) * (digits[i] - '0');
        return sum % 10 == 0;
    }

    [GeneratedRegex(@"^([0-9A-Fa-f]{2}[:-]){5}([0-9A-Fa-f]{2})\z|^([0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}\z")]
    private static partial Regex Mac();

    [GeneratedRegex(@"^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\z", RegexOptions.IgnoreCase)]
    private static partial Regex Uuid();

    [GeneratedRegex(@"^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11})\z")]
    private static partial Regex CreditCard();

    [GeneratedRegex("[^0-9]")]
    private static partial Regex NotDigits();

    [GeneratedRegex(@"^[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}\z")]
    private static partial Regex Ssn();

    [GeneratedRegex(@"^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\z")]
    private static partial Regex HexColor();

    [GeneratedRegex(@"^rgb\(\s*(25[0-5]|2[0-4]\d|1?\d?\d)\s*,\s*(25[0-5]|2[0-4]\d|1?\d?\d)\s*,\s*(25[0-5]|2[0-4]\d|1?\d?\d)\s*\)\z")]
    private static partial Regex RgbColor();

    [GeneratedRegex(@"^\s*[0-9]+\s*(ns|nano|nanos|nanosecond|nanoseconds|us|µs|micro|micros|microsecond|microseconds|ms|milli|millis|millisecond|"
        + @"milliseconds|s|sec|second|seconds|m|min|minute|minutes|h|hr|hour|hours|d|day|days|w|wk|week|weeks)\s*\z")]
    private static partial Regex ScalaDuration();

    [GeneratedRegex(@"^[a-zA-Z0-9\p{L}\p{S}]([-a-zA-Z0-9\p{L}\p{S}]*[a-zA-Z0-9\p{L}\p{S}])?(\.[a-zA-Z0-9\p{L}\p{S}]([-a-zA-Z0-9\p{L}\p{S}]*[a-zA-Z0-9\p{L}\p{S}])?)*\z")]
    private static partial Regex Hostname();

    [GeneratedRegex("[- ]")]
    private static partial Regex IsbnSeparators();

    [GeneratedRegex(@"^[0-9]{9}[0-9X]\z")]
    private static partial Regex Isbn10();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex ShortName();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex LongName();
}
