// SPDX-License-Identifier: Apache-2.0

using System.Numerics;

namespace Pelago.Kube;

/// <summary>Runs of bits in words, the lowest bit first.</summary>
internal static class PortWords
{
    public static int Count(ReadOnlySpan<ulong> words)
    {
        int count = 0;
        foreach (ulong word in words)
            count += BitOperations.PopCount(word);
        return count;
    }

    public static void Set(Span<ulong> words, int first, int last)
    {
        for (int word = first >> 6; word <= last >> 6; word++)
            words[word] |= Mask(word, first, last);
    }

    /// <summary>How many of them were set.</summary>
    public static int Clear(Span<ulong> words, int first, int last)
    {
        int cleared = 0;
        for (int word = first >> 6; word <= last >> 6; word++)
        {
            ulong mask = Mask(word, first, last);
            cleared += BitOperations.PopCount(words[word] & mask);
            words[word] &= ~mask;
        }
        return cleared;
    }

    public static bool AllSet(ReadOnlySpan<ulong> words, int first, int last)
    {
        for (int word = first >> 6; word <= last >> 6; word++)
        {
            ulong mask = Mask(word, first, last);
            if ((words[word] & mask) != mask)
                return false;
        }
        return true;
    }

    /// <summary>Where the lowest run of so many set bits begins, or -1.</summary>
    public static int FindRun(ReadOnlySpan<ulong> words, int length)
    {
        // The run that reaches the end of the words read so far: it goes on in the next one, or is over.
        int open = 0;
        for (int i = 0; i < words.Length; i++)
        {
            ulong word = words[i];
            int low = BitOperations.TrailingZeroCount(~word);
            if (open + low >= length)
                return (i << 6) - open;
            if (low == 64)
            {
                open += 64;
                continue;
            }
            if (length < 64 && StartsOfRuns(word, length) is not 0 and ulong starts)
                return (i << 6) + BitOperations.TrailingZeroCount(starts);
            open = BitOperations.LeadingZeroCount(~word);
        }
        return -1;
    }

    public static int CountRuns(ReadOnlySpan<ulong> words)
    {
        int runs = 0;
        ulong before = 0;
        foreach (ulong word in words)
        {
            runs += BitOperations.PopCount(word & ~((word << 1) | before));
            before = word >> 63;
        }
        return runs;
    }

    public static int LargestRun(ReadOnlySpan<ulong> words)
    {
        int largest = 0;
        foreach ((int first, int last) in new RunEnumerator(words))
            largest = Math.Max(largest, last - first + 1);
        return largest;
    }

    /// <summary>Bits from which on so many are set. Each step halves what is left to look at: runs of 2, of 4, and so on.</summary>
    private static ulong StartsOfRuns(ulong word, int length)
    {
        for (int known = 1; known < length && word != 0;)
        {
            int step = Math.Min(known, length - known);
            word &= word >> step;
            known += step;
        }
        return word;
    }

    private static ulong Mask(int word, int first, int last)
    {
        ulong mask = ulong.MaxValue;
        if (word == first >> 6)
            mask <<= first & 63;
        if (word == last >> 6)
            mask &= ulong.MaxValue >> (63 - (last & 63));
        return mask;
    }

    /// <summary>First and last bit of each run, ascending.</summary>
    public ref struct RunEnumerator(ReadOnlySpan<ulong> words)
    {
        private readonly ReadOnlySpan<ulong> _words = words;
        private int _next;

        public (int First, int Last) Current { get; private set; }

        public readonly RunEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            int first = Find(_next, flip: 0);
            if (first == _words.Length << 6)
                return false;
            _next = Find(first, flip: ulong.MaxValue);
            Current = (first, _next - 1);
            return true;
        }

        /// <summary>The next bit that is set; with all ones for <paramref name="flip"/> the next that is not.</summary>
        private readonly int Find(int from, ulong flip)
        {
            int word = from >> 6;
            if (word >= _words.Length)
                return _words.Length << 6;
            ulong here = (_words[word] ^ flip) & (ulong.MaxValue << (from & 63));
            while (here == 0)
            {
                if (++word == _words.Length)
                    return _words.Length << 6;
                here = _words[word] ^ flip;
            }
            return (word << 6) + BitOperations.TrailingZeroCount(here);
        }
    }
}
