// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Fleet;

/// <summary>How the hub came to know a cluster.</summary>
public enum ClusterSource
{
    /// <summary>It runs in this daemon.</summary>
    Home,

    /// <summary>A Cluster object says so.</summary>
    Fleet,
}
