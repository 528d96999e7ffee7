// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Format;

/// <summary>Counts the lines of a text on the way through it: places are asked for in their order, and each byte is looked at once.</summary>
internal sealed class LineCount(byte[] utf8)
{
    private int _at;
    private int _line = 1;

    /// <summary>The line of a place, from 1.</summary>
    public int At(long place)
    {
        _line += utf8.AsSpan(_at, (int)place - _at).Count((byte)'\n');
        _at = (int)place;
        return _line;
    }
}
