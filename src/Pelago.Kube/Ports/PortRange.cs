// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.Kube;

/// <summary>Ports from <see cref="First"/> to <see cref="Last"/>, both included; never empty. Takes four bytes.</summary>
public readonly record struct PortRange
{
    /// <summary>The highest port there is.</summary>
    public const int MaxPort = 65535;

    private readonly ushort _first;
    private readonly ushort _last;

    /// <exception cref="ArgumentOutOfRangeException">A bound is no port, or the last lies before the first.</exception>
    public PortRange(int first, int last)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, MaxPort);
        _first = (ushort)first;
        _last = (ushort)last;
    }

    private PortRange(ushort first, ushort last)
    {
        _first = first;
        _last = last;
    }

    /// <summary>Every port: 0-65535.</summary>
    public static PortRange All { get; } = new(0, MaxPort);

    public int First => _first;

    public int Last => _last;

    /// <summary>How many ports it has, at least one.</summary>
    public int Count => _last - _first + 1;

    public bool Contains(int port) => port >= _first && port <= _last;

    /// <summary>Reads <c>31000-32000</c> or <c>8080</c>: digits alone, no sign, the last not before the first.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PortRange range)
    {
        range = default;
        int dash = text.IndexOf('-');
        if (!TryPort(dash < 0 ? text : text[..dash], out int first) || !TryPort(dash < 0 ? text : text[(dash + 1)..], out int last) || last < first)
            return false;
        range = new PortRange(first, last);
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it; a single port without a dash.</summary>
    public override string ToString() =>
        _first == _last ? _first.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{_first}-{_last}");

    /// <summary>For bounds that come out of other ranges.</summary>
    internal static PortRange Unchecked(int first, int last) => new((ushort)first, (ushort)last);

    private static bool TryPort(ReadOnlySpan<char> text, out int port)
    {
        port = 0;
        return text.Length <= 5 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= MaxPort;
    }
}
