// SPDX-License-Identifier: Apache-2.0

using System.Numerics;

namespace Pelago.Kube;

/// <summary>
/// A set of ports inside a window, most often the free ports of a node: taking one or many and giving them back cost the same however
/// full or fragmented the set is. A bit for each port of the window, and above each 64 words a word that says which of them have bits:
/// the default window of a node (31000-32000) takes 17 words and one. The lowest port is taken first, so that what is left stays together.
/// Not thread-safe: the caller holds its lock, which it needs for the decision around the ports anyway.
/// </summary>
public sealed partial class PortSet
{
    private readonly ulong[] _words;
    private readonly PortRange _window;

    /// <summary>Below zero after operations on whole words: counted when somebody asks.</summary>
    private int _count;

    /// <summary>No ports yet.</summary>
    public PortSet(PortRange window)
    {
        _window = window;
        _words = new ulong[WordCount(window) + SummaryCount(window)];
    }

    private PortSet(PortSet other)
    {
        _window = other._window;
        _words = (ulong[])other._words.Clone();
        _count = other._count;
    }

    /// <summary>Only ports of the window can be in the set.</summary>
    public PortRange Window => _window;

    /// <summary>How many ports are in the set.</summary>
    public int Count
    {
        get
        {
            if (_count < 0)
                _count = PortWords.Count(Words);
            return _count;
        }
    }

    /// <summary>The ports of the window, one for each bit. Word 0 begins at a multiple of 64, so words of two sets line up.</summary>
    private Span<ulong> Words => _words.AsSpan(0, WordCount(_window));

    /// <summary>A bit for each word. Clear: the word is empty. Set: it may have been emptied by an operation on whole words.</summary>
    private Span<ulong> Summary => _words.AsSpan(WordCount(_window));

    private int Base => _window.First & ~63;

    /// <summary>The set of all ports of a window.</summary>
    public static PortSet Full(PortRange window)
    {
        var set = new PortSet(window);
        set.Add(window);
        return set;
    }

    public PortSet Clone() => new(this);

    public bool Contains(int port) => _window.Contains(port) && (_words[(port - Base) >> 6] & Bit(port)) != 0;

    /// <summary>Puts a port in; false when it is there already or lies outside the window.</summary>
    public bool Add(int port)
    {
        if (!_window.Contains(port) || Contains(port))
            return false;
        int word = (port - Base) >> 6;
        _words[word] |= Bit(port);
        Summary[word >> 6] |= Bit(word);
        if (_count >= 0)
            _count++;
        return true;
    }

    /// <summary>Takes a certain port out; false when it is not there.</summary>
    public bool Remove(int port)
    {
        if (!Contains(port))
            return false;
        int word = (port - Base) >> 6;
        if ((_words[word] &= ~Bit(port)) == 0)
            Summary[word >> 6] &= ~Bit(word);
        if (_count >= 0)
            _count--;
        return true;
    }

    /// <summary>The lowest port of the set that is <paramref name="from"/> or higher, or -1.</summary>
    public int NextFrom(int from)
    {
        if (from > _window.Last)
            return -1;
        from = Math.Max(from, _window.First) - Base;
        int word = from >> 6;
        ulong here = _words[word] & (ulong.MaxValue << (from & 63));
        if (here == 0)
        {
            word = NextWord(word + 1);
            if (word < 0)
                return -1;
            here = _words[word];
        }
        return Base + (word << 6) + BitOperations.TrailingZeroCount(here);
    }

    /// <summary>Takes the lowest port out.</summary>
    public bool TryTake(out int port) => (port = NextFrom(0)) >= 0 && Remove(port);

    /// <summary>Takes the lowest port of a range out.</summary>
    public bool TryTake(PortRange within, out int port)
    {
        port = NextFrom(within.First);
        if (port >= 0 && port <= within.Last)
            return Remove(port);
        port = -1;
        return false;
    }

    /// <summary>Takes as many ports as the span has places, the lowest ones, or none at all.</summary>
    public bool TryTake(Span<int> ports)
    {
        if (Count < ports.Length)
            return false;
        foreach (ref int port in ports)
            TryTake(out port);
        return true;
    }

    /// <summary>Takes the lowest run of so many neighbouring ports out.</summary>
    public bool TryTakeRun(int length, out PortRange run)
    {
        run = default;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        int found = length > _window.Count ? -1 : PortWords.FindRun(Words, length);
        if (found < 0)
            return false;
        run = new PortRange(Base + found, Base + found + length - 1);
        Remove(run);
        return true;
    }

    private static int WordCount(PortRange window) => (window.Last >> 6) - (window.First >> 6) + 1;

    private static int SummaryCount(PortRange window) => (WordCount(window) + 63) >> 6;

    private static ulong Bit(int index) => 1UL << (index & 63);

    private int NextWord(int from)
    {
        Span<ulong> summary = Summary;
        for (int s = from >> 6; s < summary.Length; s++)
        {
            ulong candidates = s == from >> 6 ? summary[s] & (ulong.MaxValue << (from & 63)) : summary[s];
            for (; candidates != 0; candidates &= candidates - 1)
            {
                int word = (s << 6) + BitOperations.TrailingZeroCount(candidates);
                if (_words[word] != 0)
                    return word;
                summary[s] &= ~Bit(word);
            }
        }
        return -1;
    }
}
