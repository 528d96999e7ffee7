// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Authorization;

/// <summary>
/// Keeps the rules of ClusterRoles that have an aggregationRule equal to the rules of the ClusterRoles that it selects, in the order of
/// their names (upstream pkg/controller/clusterroleaggregation).
/// </summary>
internal sealed class ClusterRoleAggregation(IKubeApi api)
{
    // view is part of edit and edit of admin; longer chains settle with the changes that they make
    private const int MostPasses = 5;
    private static readonly GroupVersionResource ClusterRoles = new(RbacAuthorizer.Group, "v1", "clusterroles");

    /// <summary>Runs until cancelled: each change of a ClusterRole brings all of them up to date.</summary>
    public async Task RunAsync(TimeProvider time, ILoggerFactory logging, CancellationToken cancel)
    {
        var informers = new InformerFactory(api, InformerOptions.Default, time, logging);

        // only that something changed is of interest: there are few ClusterRoles, and they are read again together
        Informer<string> roles = informers.Get(ClusterRoles, "", ListQuery.Everything, static json => KubeObject.Parse(json).ResourceVersion);
        using var loop = new Controller<string>(
            "clusterrole-aggregation-controller", [roles], ReconcileAsync, time, logging.CreateLogger<ClusterRoleAggregation>())
        {
            Workers = 1,
        };
        roles.AddHandler(_ => loop.Queue.Add("all"));
        informers.Start(cancel);
        await Task.WhenAll(loop.RunAsync(cancel), informers.StoppedAsync());
    }

    /// <summary>Brings all ClusterRoles up to date once.</summary>
    public async Task RunOnceAsync(CancellationToken cancel)
    {
        for (int pass = 0; pass < MostPasses; pass++)
        {
            if (!await PassAsync(cancel))
                return;
        }
    }

    /// <summary>The rules that a role should have; null when it has no aggregationRule or has them already.</summary>
    public static JsonArray? Aggregate(KubeObject role, IEnumerable<KubeObject> all)
    {
        if (role.Json.Object("aggregationRule")?.Array("clusterRoleSelectors") is not { } selectors)
            return null;
        var rules = new JsonArray();
        foreach (JsonObject selector in selectors.OfType<JsonObject>())
        {
            // a selector that cannot be read selects nothing
            if (!LabelSelector.TryRead(selector, out LabelSelector? selected, out _))
                continue;
            foreach (KubeObject other in all.Where(other => other.Name != role.Name && selected.Matches(other.Labels))
                .OrderBy(other => other.Name, StringComparer.Ordinal))
                AddNew(rules, other.Json.Array("rules"));
        }

        return JsonNode.DeepEquals(rules, role.Json["rules"] ?? new JsonArray()) ? null : rules;
    }

    private async Task<ReconcileResult> ReconcileAsync(string key, CancellationToken cancel)
    {
        try
        {
            await RunOnceAsync(cancel);
            return ReconcileResult.Done;
        }
        catch (ApiStatusException refused)
        {
            return ReconcileResult.Failed(refused.Status);
        }
    }

    private static void AddNew(JsonArray rules, JsonArray? more)
    {
        foreach (JsonNode? rule in more ?? [])
        {
            if (rule is not null && !rules.Any(present => JsonNode.DeepEquals(present, rule)))
                rules.Add(rule.DeepClone());
        }
    }

    private async Task<bool> PassAsync(CancellationToken cancel)
    {
        ReadOnlyMemory<byte> body = (await api.ListAsync(new ResourcePath(ClusterRoles), ListQuery.Everything, cancel)).BodyOrThrow();
        KubeObject[] roles = [.. (KubeJson.ParseObject(body).Array("items") ?? []).OfType<JsonObject>().Select(item => new KubeObject(item))];
        bool changed = false;
        foreach (KubeObject role in roles)
        {
            if (Aggregate(role, roles) is not { } rules)
                continue;
            role.Json["rules"] = rules;
            ApiResult written = await api.UpdateAsync(new ResourcePath(ClusterRoles, "", role.Name), role.ToUtf8(), WriteQuery.None, cancel);

            // somebody else changed or removed it: the next pass sees what is there now
            if (written.Error is { IsConflict: false, IsNotFound: false } refused)
                throw new ApiStatusException(refused);
            changed = true;
        }

        return changed;
    }
}
