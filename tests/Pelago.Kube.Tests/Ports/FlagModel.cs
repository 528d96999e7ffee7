// SPDX-License-Identifier: Apache-2.0

using Xunit;

namespace Pelago.Kube.Tests;

/// <summary>The same operations in the plainest way: one flag for each port, looked at one by one.</summary>
internal sealed class FlagModel(PortRange window)
{
    private readonly bool[] _has = new bool[65536];

    public bool Contains(int port) => _has[port];

    public bool Add(int port) => window.Contains(port) && !_has[port] && (_has[port] = true);

    public bool Remove(int port)
    {
        bool had = _has[port];
        _has[port] = false;
        return had;
    }

    public int TryTakeFrom(int first, int last = 65535)
    {
        int found = Array.IndexOf(_has, true, first, last - first + 1);
        if (found >= 0)
            _has[found] = false;
        return found;
    }

    public int TryTakeRun(int length)
    {
        int run = 0;
        for (int port = window.First; port <= window.Last; port++)
        {
            run = _has[port] ? run + 1 : 0;
            if (run < length)
                continue;
            Array.Clear(_has, port - length + 1, length);
            return port - length + 1;
        }
        return -1;
    }

    public void AssertSame(PortSet set)
    {
        Assert.Equal(_has.Count(has => has), set.Count);
        PortRange[] present = [.. Enumerable.Range(0, 65536).Where(port => _has[port]).Select(port => new PortRange(port, port))];
        Assert.Equal(PortRanges.Of(present), set.ToRanges());
    }
}
