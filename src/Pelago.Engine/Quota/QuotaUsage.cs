// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Quota;

/// <summary>
/// How much of which quota one object uses (upstream pkg/quota/v1/evaluator/core). Every object counts as <c>count/PLURAL.GROUP</c>; pods, services
/// and claims by what they ask for too.
/// </summary>
internal static class QuotaUsage
{
    private static readonly Quantity One = Quantity.FromValue(1);

    // these were counted by their plain names before count/ came
    private static readonly string[] CountedByName = ["configmaps", "secrets", "replicationcontrollers", "resourcequotas", "services", "persistentvolumeclaims"];

    public static QuotaAmounts Of(GroupResource resource, KubeObject item, DateTimeOffset now)
    {
        var usage = new QuotaAmounts { [$"count/{resource}"] = One };
        if (resource.Group.Length > 0)
            return usage;
        if (CountedByName.Contains(resource.Resource))
            usage[resource.Resource] = One;
        switch (resource.Resource)
        {
            case "pods":
                usage.Add(PodUsage.Of(item, now));
                break;
            case "services":
                usage.Add(OfService(item));
                break;
            case "persistentvolumeclaims":
                usage.Add(OfClaim(item));
                break;
        }

        return usage;
    }

    /// <summary>The resource whose objects use a quota of this name; null when only pods do (cpu, memory, pods…).</summary>
    public static GroupResource ResourceOf(string quotaName)
    {
        const string Count = "count/";
        if (quotaName == PodUsage.HostPorts)
            return new GroupResource("", "pods");
        string name = quotaName.StartsWith(Count, StringComparison.Ordinal) ? quotaName[Count.Length..] : quotaName;
        if (name.Length < quotaName.Length)
        {
            int dot = name.IndexOf('.', StringComparison.Ordinal);
            return dot < 0 ? new GroupResource("", name) : new GroupResource(name[(dot + 1)..], name[..dot]);
        }

        if (CountedByName.Contains(name))
            return new GroupResource("", name);
        if (name.StartsWith("services.", StringComparison.Ordinal))
            return new GroupResource("", "services");
        return name == "requests.storage" || name.Contains(".storageclass.storage.k8s.io/", StringComparison.Ordinal)
            ? new GroupResource("", "persistentvolumeclaims")
            : new GroupResource("", "pods");
    }

    private static QuotaAmounts OfService(KubeObject service)
    {
        var usage = new QuotaAmounts { ["services.loadbalancers"] = Quantity.Zero, ["services.nodeports"] = Quantity.Zero };
        JsonArray ports = service.Spec?.Array("ports") ?? [];
        switch (service.Spec?.String("type"))
        {
            case "NodePort":
                usage["services.nodeports"] = Quantity.FromValue(ports.Count);
                break;
            case "LoadBalancer":
                usage["services.loadbalancers"] = One;
                bool allocates = service.Spec.Boolean("allocateLoadBalancerNodePorts") ?? true;
                usage["services.nodeports"] = Quantity.FromValue(
                    allocates ? ports.Count : ports.OfType<JsonObject>().Count(port => port.Integer("nodePort") is > 0));
                break;
        }

        return usage;
    }

    private static QuotaAmounts OfClaim(KubeObject claim)
    {
        const string ClassSuffix = ".storageclass.storage.k8s.io/";
        Quantity storage = Quantity.TryParse(claim.Spec?.At("resources", "requests", "storage")?.ToString(), out Quantity asked) ? asked : Quantity.Zero;

        // while a claim is being resized, what it was given may be more than what it asks for
        if (Quantity.TryParse(claim.Status?.At("allocatedResources", "storage")?.ToString(), out Quantity allocated))
            storage = Quantity.Max(storage, allocated);
        var usage = new QuotaAmounts { ["requests.storage"] = storage };
        if (claim.Spec?.String("storageClassName") is { Length: > 0 } storageClass)
        {
            usage[$"{storageClass}{ClassSuffix}requests.storage"] = storage;
            usage[$"{storageClass}{ClassSuffix}persistentvolumeclaims"] = One;
        }

        return usage;
    }
}
