// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Aggregation;

/// <summary>In which order clients should prefer groups and versions: upstream's figures (pkg/controlplane/apiserver/aggregator.go).</summary>
internal static class ApiPriorities
{
    private const long CustomGroup = 1000;
    private const long CustomVersion = 100;

    private static readonly Dictionary<string, long> Groups = new()
    {
        [""] = 18000,
        ["apps"] = 17800,
        ["events.k8s.io"] = 17750,
        ["authentication.k8s.io"] = 17700,
        ["authorization.k8s.io"] = 17600,
        ["autoscaling"] = 17500,
        ["batch"] = 17400,
        ["certificates.k8s.io"] = 17300,
        ["networking.k8s.io"] = 17200,
        ["policy"] = 17100,
        ["rbac.authorization.k8s.io"] = 17000,
        ["storage.k8s.io"] = 16800,
        ["apiextensions.k8s.io"] = 16700,
        ["admissionregistration.k8s.io"] = 16700,
        ["scheduling.k8s.io"] = 16600,
        ["coordination.k8s.io"] = 16500,
        ["node.k8s.io"] = 16300,
        ["discovery.k8s.io"] = 16200,
        ["flowcontrol.apiserver.k8s.io"] = 16100,
        ["metrics.k8s.io"] = 100,
    };

    public static (long Group, long Version) Of(string group, string version, bool isCustom) =>
        isCustom || !Groups.TryGetValue(group, out long priority) ? (CustomGroup, CustomVersion) : (priority, VersionOf(group, version));

    private static long VersionOf(string group, string version) => (group, version) switch
    {
        ("", _) => 1,
        ("autoscaling", "v2") => 30,
        (_, "v1") => 15,
        _ => 9,
    };
}
