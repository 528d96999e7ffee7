// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;

namespace Pelago.Engine.Controllers;

/// <summary>Pods of one owner carry the same labels: each different set is kept once.</summary>
internal sealed class LabelSets
{
    /// <summary>Beyond this many different sets sharing has failed; the table starts over.</summary>
    private const int MaxSets = 20_000;
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> _sets = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Shared(JsonElement labels)
    {
        if (labels.ValueKind != JsonValueKind.Object)
            return FrozenDictionary<string, string>.Empty;
        if (_sets.Count > MaxSets)
            _sets.Clear();
        return _sets.GetOrAdd(labels.GetRawText(), static (_, json) => Read(json), labels);
    }

    private static Dictionary<string, string> Read(JsonElement labels)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty label in labels.EnumerateObject())
            read[label.Name] = label.Value.ValueKind == JsonValueKind.String ? label.Value.GetString()! : "";
        return read;
    }
}
