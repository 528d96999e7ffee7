// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Quota;

/// <summary>
/// One ResourceQuota while charges are decided: what is used grows with each one that fits. Quotas without a status limit nothing yet.
/// Not for more than one thread.
/// </summary>
internal sealed class QuotaState
{
    private readonly KubeObject _document;
    private readonly JsonObject _spec;
    private readonly QuotaAmounts _hard;
    private readonly QuotaAmounts _used;

    public QuotaState(StoredObject stored)
    {
        Stored = stored;
        _document = KubeObject.Parse(stored.Json);
        _spec = _document.Spec ?? [];
        _hard = QuotaAmounts.Read(_document.Status?.Object("hard"));
        _used = QuotaAmounts.Read(_document.Status?.Object("used"));
    }

    public StoredObject Stored { get; }

    /// <summary>True when a charge changed what is used.</summary>
    public bool IsCharged { get; private set; }

    public bool Concerns(GroupResource resource, KubeObject item, QuotaAmounts usage) =>
        _hard.Names.Any(usage.Has) && QuotaScope.Matches(_spec, resource, item);

    /// <summary>What pods must say of each of their containers, for this quota to count them.</summary>
    public string? Unsaid(JsonObject podSpec) =>
        PodUsage.Unsaid(podSpec, _hard.Names) is { } missing ? $"failed quota: {_document.Name}: {missing}" : null;

    /// <summary>Why the usage does not fit; null when it does.</summary>
    public string? Exceeds(QuotaAmounts usage)
    {
        string[] limited = [.. _hard.Names.Where(usage.Has)];
        string[] unknown = [.. limited.Where(name => !_used.Has(name))];
        if (unknown.Length > 0)
            return $"status unknown for quota: {_document.Name}, resources: {string.Join(',', unknown)}";
        string[] exceeded = [.. limited.Where(name => _used[name] + usage[name] > _hard[name])];
        return exceeded.Length == 0
            ? null
            : $"exceeded quota: {_document.Name}, requested: {usage.Only(exceeded)}, used: {_used.Only(exceeded)}, limited: {_hard.Only(exceeded)}";
    }

    public void Charge(QuotaAmounts usage)
    {
        foreach (string name in _hard.Names.Where(usage.Has))
        {
            if (usage[name].IsZero)
                continue;
            _used.Add(name, usage[name]);
            IsCharged = true;
        }
    }

    /// <summary>The document with the new usage.</summary>
    public KubeObject Document()
    {
        _document.Json.ObjectOrNew("status")["used"] = _used.ToJson();
        return _document;
    }
}
