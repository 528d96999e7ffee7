// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Packages.Controllers;

/// <summary>An installation on one cluster, or as a whole when that is empty.</summary>
internal readonly record struct InstallationPart(ObjectKey Key, string Cluster)
{
    public override string ToString() => Cluster.Length == 0 ? $"{Key}" : $"{Key} on {Cluster}";
}
