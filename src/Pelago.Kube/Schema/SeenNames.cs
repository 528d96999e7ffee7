// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace Pelago.Kube.Schema;

/// <summary>The names that one JSON object has shown so far: a short list for ordinary objects, a set for large maps.</summary>
internal struct SeenNames
{
    private const int Few = 8;
    private FirstNames _first;
    private int _count;
    private HashSet<string>? _more;

    /// <summary>False when the name was there before.</summary>
    public bool Add(string name)
    {
        if (_more is not null)
            return _more.Add(name);
        for (int i = 0; i < _count; i++)
        {
            if (_first[i] == name)
                return false;
        }
        if (_count < Few)
        {
            _first[_count++] = name;
            return true;
        }
        _more = [.. (ReadOnlySpan<string>)_first];
        return _more.Add(name);
    }

    [InlineArray(Few)]
    private struct FirstNames
    {
        private string _name;
    }
}
