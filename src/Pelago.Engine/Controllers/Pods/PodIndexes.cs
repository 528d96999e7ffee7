// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Controllers;

/// <summary>The indexes of the shared pod informer.</summary>
internal static class PodIndexes
{
    /// <summary>By the uid of the controlling owner.</summary>
    public const string Controller = "controller";

    /// <summary>By namespace, pods that no controller owns.</summary>
    public const string Orphans = "orphans";
    public const string Namespace = "namespace";

    /// <summary>By node name, bound pods.</summary>
    public const string Node = "node";

    public static IEnumerable<string> ByController(PodSummary pod) => pod.Controller is { } owner ? [owner.Uid] : [];

    public static IEnumerable<string> ByOrphanage(PodSummary pod) => pod.Controller is null ? [pod.Key.Namespace] : [];

    public static IEnumerable<string> ByNamespace(PodSummary pod) => [pod.Key.Namespace];

    public static IEnumerable<string> ByNode(PodSummary pod) => pod.NodeName.Length > 0 ? [pod.NodeName] : [];
}
