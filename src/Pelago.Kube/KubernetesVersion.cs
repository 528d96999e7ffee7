// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>The Kubernetes release whose behaviour is served.</summary>
public static class KubernetesVersion
{
    /// <summary>
    /// As API server and nodes say it. What follows the plus is build metadata (semver.org 2.0.0, 10): a chart that wants <c>&gt;=1.33.0</c> takes it,
    /// where a hyphen would make it a release before 1.33.0.
    /// </summary>
    public const string Served = "v1.33.0+pelago";
}
