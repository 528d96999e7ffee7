// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Text;

namespace Pelago.Hub.Page.Streams.Rows;

/// <summary>
/// The order of values as they are spelled in JSON: numbers by value, then texts with the numbers in them by value (<c>web-2</c> before <c>web-10</c>), then
/// everything else by its bytes, <c>null</c> last whichever way the sort goes.
/// </summary>
internal static class CellOrder
{
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, bool descending)
    {
        (int leftRank, int rightRank) = (RankOf(left), RankOf(right));
        if (leftRank == Last || rightRank == Last)
            return leftRank.CompareTo(rightRank);
        int order = leftRank != rightRank ? leftRank.CompareTo(rightRank) : leftRank switch
        {
            0 => NumberOf(left).CompareTo(NumberOf(right)),
            1 => Natural(left, right),
            _ => left.SequenceCompareTo(right),
        };
        return descending ? -order : order;
    }

    private const int Last = 3;

    private static int RankOf(ReadOnlySpan<byte> value) => value.Length == 0 ? Last : value[0] switch
    {
        (byte)'-' or (>= (byte)'0' and <= (byte)'9') => 0,
        (byte)'"' => 1,
        (byte)'n' => Last,
        _ => 2,
    };

    private static double NumberOf(ReadOnlySpan<byte> value) => Utf8Parser.TryParse(value, out double number, out _) ? number : 0;

    private static int Natural(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int i = 0, j = 0;
        while (i < left.Length && j < right.Length)
        {
            if (!IsDigit(left[i]) || !IsDigit(right[j]))
            {
                if (left[i] != right[j])
                    return left[i].CompareTo(right[j]);
                i++;
                j++;
                continue;
            }
            ReadOnlySpan<byte> a = Digits(left, ref i), b = Digits(right, ref j);
            int order = a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
            if (order != 0)
                return order;
        }
        int rest = (left.Length - i).CompareTo(right.Length - j);
        return rest != 0 ? rest : left.SequenceCompareTo(right);
    }

    /// <summary>The digits at a place without the zeros before them; the place moves behind them.</summary>
    private static ReadOnlySpan<byte> Digits(ReadOnlySpan<byte> text, ref int at)
    {
        int start = at;
        while (at < text.Length && IsDigit(text[at]))
            at++;
        return text[start..at].TrimStart((byte)'0');
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';
}
