// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>Sums by place, a topology key and its value; sums of zero are not kept.</summary>
internal sealed class PlaceCounts
{
    private readonly Dictionary<string, Dictionary<string, int>> _byKey = new(StringComparer.Ordinal);

    public bool IsEmpty => _byKey.Count == 0;

    public void Clear() => _byKey.Clear();

    /// <summary>Adds to the place in which a node lies; a node without the key lies nowhere.</summary>
    public void Add(NodeView node, string key, int amount)
    {
        if (node.Label(key) is not { } value)
            return;
        if (!_byKey.TryGetValue(key, out Dictionary<string, int>? values))
            _byKey[key] = values = new Dictionary<string, int>(StringComparer.Ordinal);
        int sum = values.GetValueOrDefault(value) + amount;
        if (sum != 0)
            values[value] = sum;
        else
            values.Remove(value);
        if (values.Count == 0)
            _byKey.Remove(key);
    }

    public int At(NodeView node, string key) =>
        node.Label(key) is { } value && _byKey.TryGetValue(key, out Dictionary<string, int>? values) ? values.GetValueOrDefault(value) : 0;

    /// <summary>The sums of all places in which a node lies, together.</summary>
    public int At(NodeView node)
    {
        int sum = 0;
        foreach ((string key, Dictionary<string, int> values) in _byKey)
            sum += node.Label(key) is { } value ? values.GetValueOrDefault(value) : 0;
        return sum;
    }
}
