// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pelago.Kube;

/// <summary>One entry of <see cref="HostPortRequests"/>.</summary>
/// <param name="Name">A port's name as Kubernetes has it: lower case, at most 15 characters.</param>
/// <param name="Count">How many ports, at least one.</param>
/// <param name="Within">Where they must lie; null: anywhere in the node's window.</param>
/// <param name="Contiguous">They must be neighbours.</param>
public sealed record HostPortRequest(string Name, int Count, PortRange? Within, bool Contiguous)
{
    /// <summary>What an entry may look like, for messages.</summary>
    public const string Allowed = "NAME=[COUNT@]WHERE, where WHERE is auto, PORT or FIRST-LAST, with -contiguous behind it for neighbours: http=auto, admin=31000-31999, data=3@auto-contiguous";

    private const int MaxNameLength = 15;
    private const string ContiguousSuffix = "-contiguous";

    /// <summary><paramref name="problem"/> says what is wrong with which part.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out HostPortRequest? request, [NotNullWhen(false)] out string? problem)
    {
        request = null;
        int equals = text.IndexOf('=');
        string name = text[..Math.Max(equals, 0)].Trim().ToString();
        if (!IsName(name))
        {
            problem = $"it must begin with a name and an equals sign; a name has at most {MaxNameLength} lower-case letters, digits and dashes, and a letter or digit at both ends";
            return false;
        }
        ReadOnlySpan<char> where = text[(equals + 1)..].Trim();
        int count = 1;
        if (where.IndexOf('@') is >= 0 and var at)
        {
            if (!int.TryParse(where[..at].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is 0 or > HostPortRequests.MaxPorts)
            {
                problem = $"the count before @ must be a number from 1 to {HostPortRequests.MaxPorts}";
                return false;
            }
            where = where[(at + 1)..].Trim();
        }
        bool contiguous = where.EndsWith(ContiguousSuffix, StringComparison.Ordinal);
        if (contiguous)
            where = where[..^ContiguousSuffix.Length];
        PortRange? within = null;
        if (!where.SequenceEqual("auto"))
        {
            if (!PortRange.TryParse(where, out PortRange range) || range.First == 0)
            {
                problem = $"\"{where}\" is neither auto nor a port (1-{PortRange.MaxPort}) nor a range FIRST-LAST";
                return false;
            }
            if (range.Count < count)
            {
                problem = $"{range} has {range.Count} ports, not {count}";
                return false;
            }
            within = range;
        }
        request = new HostPortRequest(name, count, within, contiguous && count > 1);
        problem = null;
        return true;
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && name[0] != '-' && name[^1] != '-';
}
