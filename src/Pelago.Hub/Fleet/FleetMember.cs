// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;

namespace Pelago.Hub.Fleet;

/// <summary>
/// One cluster and the connection by which its owner reaches it. A new one takes its place when the connection changes; whoever keeps something made from
/// it compares.
/// </summary>
internal sealed class FleetMember(ClusterConnection connection, ClusterSource source, TimeProvider time) : IDisposable
{
    /// <summary>A cluster that does not answer is to be known as such soon, and one that answers slowly still answers.</summary>
    public static readonly HttpKubeApiOptions Patience = new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(10), RequestTimeout = TimeSpan.FromSeconds(30), MaxRetries = 2, UserAgent = "pelago-page",
    };

    public string Name => Connection.Cluster;

    public ClusterConnection Connection { get; } = connection;

    public ClusterSource Source { get; } = source;

    /// <summary>As the owner of the fleet: for sessions of his own, and for what the hub itself must know.</summary>
    public HttpKubeApi Api { get; } = new(connection, Patience, time);

    public FleetHealth Health { get; } = new();

    public void Dispose() => Api.Dispose();
}
