// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Engine.Authorization;
using Pelago.Kube;

namespace Pelago.Engine.Bootstrap;

/// <summary>
/// Makes the default roles and bindings, and gives back what was taken from them: rules, subjects, labels. What an administrator added stays,
/// and an object whose autoupdate annotation is "false" is left alone (component-helpers auth/rbac/reconciliation).
/// </summary>
internal sealed class RbacReconciler(IKubeApi api)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        IReadOnlyList<KubeObject> defaults = RbacDefaults.Read();
        foreach (IGrouping<string, KubeObject> kind in defaults.GroupBy(item => item.Kind))
        {
            Dictionary<ObjectKey, KubeObject> present = await ListAsync(Plural(kind.Key), cancel);
            await Task.WhenAll(kind.Select(expected => ReconcileAsync(expected, present, cancel)));
        }
    }

    /// <summary>
    /// What is to be written in place of <paramref name="present"/>, which is not changed; null when nothing lacks. A binding to another role
    /// cannot be changed into ours: it gives itself back with <paramref name="replace"/> set.
    /// </summary>
    public static KubeObject? Reconcile(KubeObject expected, KubeObject present, out bool replace)
    {
        replace = false;
        if (present.Annotations?.String(RbacDefaults.AutoUpdate) == "false")
            return null;
        if (expected.Json["roleRef"] is { } role && !JsonNode.DeepEquals(role, present.Json["roleRef"]))
        {
            replace = true;
            return new KubeObject((JsonObject)expected.Json.DeepClone());
        }

        var result = new KubeObject((JsonObject)present.Json.DeepClone());
        bool changed = AddMissing(expected.Labels!, result.Metadata.ObjectOrNew("labels"))
            | AddMissing(expected.Annotations!, result.Metadata.ObjectOrNew("annotations"))
            | (expected.Json.ContainsKey("roleRef") ? AddSubjects(expected, result) : AddRules(expected, result));
        return changed ? result : null;
    }

    private async Task ReconcileAsync(KubeObject expected, Dictionary<ObjectKey, KubeObject> found, CancellationToken cancel)
    {
        var collection = new ResourcePath(Plural(expected.Kind), expected.Namespace);
        if (!found.TryGetValue(expected.Key, out KubeObject present))
        {
            (await api.CreateAsync(collection, expected.ToUtf8(), WriteQuery.None, cancel)).BodyOrThrow();
            return;
        }

        if (Reconcile(expected, present, out bool replace) is not { } wanted)
            return;
        ResourcePath path = collection with { Name = expected.Name };
        if (replace)
        {
            (await api.DeleteAsync(path, new DeleteQuery { Uid = present.Uid }, cancel)).BodyOrThrow();
            (await api.CreateAsync(collection, wanted.ToUtf8(), WriteQuery.None, cancel)).BodyOrThrow();
        }
        else
        {
            (await api.UpdateAsync(path, wanted.ToUtf8(), WriteQuery.None, cancel)).BodyOrThrow();
        }
    }

    private async Task<Dictionary<ObjectKey, KubeObject>> ListAsync(GroupVersionResource resource, CancellationToken cancel)
    {
        ReadOnlyMemory<byte> body = (await api.ListAsync(new ResourcePath(resource), ListQuery.Everything, cancel)).BodyOrThrow();
        var found = new Dictionary<ObjectKey, KubeObject>();
        foreach (JsonNode? item in KubeJson.ParseObject(body).Array("items") ?? [])
        {
            if (item is JsonObject json)
                found[new KubeObject(json).Key] = new KubeObject(json);
        }

        return found;
    }

    private static bool AddMissing(JsonObject expected, JsonObject actual)
    {
        bool changed = false;
        foreach ((string key, JsonNode? value) in expected)
        {
            if (actual.ContainsKey(key))
                continue;
            actual[key] = value?.DeepClone();
            changed = true;
        }

        return changed;
    }

    private static bool AddSubjects(KubeObject expected, KubeObject actual)
    {
        bool changed = false;
        foreach (JsonNode? subject in expected.Json.Array("subjects")!)
        {
            if (actual.Json.Array("subjects") is not { } subjects)
                actual.Json["subjects"] = subjects = [];
            if (subjects.Any(one => JsonNode.DeepEquals(one, subject)))
                continue;
            subjects.Add(subject!.DeepClone());
            changed = true;
        }

        return changed;
    }

    private static bool AddRules(KubeObject expected, KubeObject actual)
    {
        if (expected.Json["aggregationRule"] is { } aggregation)
        {
            if (actual.Json["aggregationRule"] is not null)
                return false;
            actual.Json["aggregationRule"] = aggregation.DeepClone();
            return true;
        }

        IReadOnlyList<PolicyRule> missing =
            RuleCoverage.Missing(PolicyRule.ReadAll(actual.Json.Array("rules")), PolicyRule.ReadAll(expected.Json.Array("rules")));
        if (missing.Count == 0)
            return false;
        if (actual.Json.Array("rules") is not { } rules)
            actual.Json["rules"] = rules = [];
        foreach (PolicyRule rule in missing)
            rules.Add((JsonNode)rule.ToJson());
        return true;
    }

    private static GroupVersionResource Plural(string kind) => new(RbacAuthorizer.Group, "v1", $"{kind.ToLowerInvariant()}s");
}
