// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Quota;

/// <summary>Amounts by resource name (<c>requests.cpu</c>, <c>count/configmaps</c>), sorted as messages print them.</summary>
internal sealed class QuotaAmounts
{
    private readonly SortedDictionary<string, Quantity> _amounts = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Names => _amounts.Keys;

    public IEnumerable<KeyValuePair<string, Quantity>> Entries => _amounts;

    /// <summary>Zero when absent.</summary>
    public Quantity this[string name]
    {
        get => _amounts.GetValueOrDefault(name);
        set => _amounts[name] = value;
    }

    public bool Has(string name) => _amounts.ContainsKey(name);

    public void Add(string name, Quantity amount) => _amounts[name] = Has(name) ? _amounts[name] + amount : amount;

    public void Add(QuotaAmounts other)
    {
        foreach ((string name, Quantity amount) in other._amounts)
            Add(name, amount);
    }

    /// <summary>The larger of both for each name.</summary>
    public void Raise(QuotaAmounts other)
    {
        foreach ((string name, Quantity amount) in other._amounts)
            _amounts[name] = Has(name) ? Quantity.Max(_amounts[name], amount) : amount;
    }

    /// <summary>What is more here than in <paramref name="old"/>; names that did not grow are left out.</summary>
    public QuotaAmounts GrowthSince(QuotaAmounts old)
    {
        var growth = new QuotaAmounts();
        foreach ((string name, Quantity amount) in _amounts)
        {
            if (amount > old[name])
                growth[name] = amount - old[name];
        }

        return growth;
    }

    public QuotaAmounts Only(IEnumerable<string> names)
    {
        var some = new QuotaAmounts();
        foreach (string name in names)
        {
            if (Has(name))
                some[name] = _amounts[name];
        }

        return some;
    }

    public static QuotaAmounts Read(JsonObject? json)
    {
        var amounts = new QuotaAmounts();
        foreach ((string name, JsonNode? value) in json ?? [])
        {
            if (Quantity.TryParse(value?.ToString(), out Quantity amount))
                amounts[name] = amount;
        }

        return amounts;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach ((string name, Quantity amount) in _amounts)
            json[name] = amount.ToString();
        return json;
    }

    public bool SameAs(QuotaAmounts other) => _amounts.Count == other._amounts.Count && _amounts.All(pair => other.Has(pair.Key) && other[pair.Key] == pair.Value);

    /// <summary><c>pods=1,requests.cpu=400m</c></summary>
    public override string ToString() => string.Join(',', _amounts.Select(pair => $"{pair.Key}={pair.Value}"));
}
