// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams.Rows;

/// <summary>Whether some column holds each of the words, whatever the case of ASCII letters.</summary>
internal static class RowFilter
{
    public static bool Passes(byte[][] cells, string cluster, IReadOnlyList<byte[]> words)
    {
        foreach (byte[] word in words)
        {
            if (!Array.Exists(cells, cell => Holds(cell, word)) && !Holds(System.Text.Encoding.UTF8.GetBytes(cluster), word))
                return false;
        }
        return true;
    }

    private static bool Holds(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        for (int start = 0; start <= text.Length - word.Length; start++)
        {
            int i = 0;
            while (i < word.Length && Lower(text[start + i]) == word[i])
                i++;
            if (i == word.Length)
                return true;
        }
        return false;
    }

    private static byte Lower(byte value) => value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value | 0x20) : value;
}
