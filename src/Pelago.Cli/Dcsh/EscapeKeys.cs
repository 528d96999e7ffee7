// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Dcsh;

/// <summary>
/// Looks for what a person types to leave a terminal whose other side answers no more: a tilde and a point at the beginning of a line. Two tildes there are one.
/// </summary>
internal sealed class EscapeKeys
{
    private bool _atLineStart = true;
    private bool _hasTilde;

    /// <summary>The keys that go to the other side, written over <paramref name="typed"/> from its beginning.</summary>
    /// <param name="typed">At least one place longer than <paramref name="count"/>.</param>
    /// <param name="count">How many were typed.</param>
    /// <param name="leaves">The person wants to leave.</param>
    /// <returns>How many go there.</returns>
    public int Filter(Span<byte> typed, int count, out bool leaves)
    {
        Span<byte> keys = new byte[count + 1];
        leaves = false;
        int kept = 0;
        foreach (byte key in typed[..count])
        {
            if (_hasTilde)
            {
                _hasTilde = false;
                if (key == '.')
                {
                    leaves = true;
                    break;
                }
                if (key != '~')
                    keys[kept++] = (byte)'~';
                keys[kept++] = key;
                _atLineStart = key is (byte)'\r' or (byte)'\n';
                continue;
            }
            if (_atLineStart && key == '~')
            {
                _hasTilde = true;
                continue;
            }
            keys[kept++] = key;
            _atLineStart = key is (byte)'\r' or (byte)'\n';
        }
        keys[..kept].CopyTo(typed);
        return kept;
    }
}
