// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>A cluster gave no answer: refused, timed out, not trusted. The message names the cluster and its server.</summary>
public sealed class ClusterUnreachableException : Exception
{
    public ClusterUnreachableException(string cluster, string message, Exception? inner = null)
        : base(message, inner) => Cluster = cluster;

    public string Cluster { get; }
}
