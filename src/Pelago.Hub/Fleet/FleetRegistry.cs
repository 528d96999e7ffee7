// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using Pelago.Client;

namespace Pelago.Hub.Fleet;

/// <summary>The clusters that the hub knows, by name: those of its home first, then those of Cluster objects. Readers see one picture; writers wait for each other.</summary>
internal sealed class FleetRegistry(TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private volatile ImmutableList<FleetMember> _members = [];

    /// <summary>After members or what is known of their health changed. Handlers only take note.</summary>
    public event EventHandler? Changed;

    public ImmutableList<FleetMember> Members => _members;

    public FleetMember? Find(string name) => _members.Find(member => member.Name == name);

    /// <summary>
    /// From now on these are the clusters of the source. One of the home keeps its name against another of the fleet: whose name is taken is not among the
    /// members.
    /// </summary>
    public void Replace(ClusterSource source, IReadOnlyList<ClusterConnection> connections)
    {
        lock (_gate)
        {
            ImmutableList<FleetMember> before = _members;
            List<FleetMember> others = [.. before.Where(member => member.Source != source)];
            List<FleetMember> ours = [];
            foreach (ClusterConnection connection in connections)
            {
                if (source == ClusterSource.Fleet && others.Exists(other => other.Name == connection.Cluster))
                    continue;
                ours.Add(before.Find(member => member.Source == source && ReferenceEquals(member.Connection, connection)) ?? new FleetMember(connection, source, time));
            }
            if (source == ClusterSource.Home)
                others.RemoveAll(other => ours.Exists(member => member.Name == other.Name));
            _members = source == ClusterSource.Home ? [.. ours, .. others] : [.. others, .. ours];

            // Those that went stay as they are until nobody asks them any more: a request under way ends by itself.
        }
        Changed?.Invoke(this, EventArgs.Empty);
    }

    public void SayChanged() => Changed?.Invoke(this, EventArgs.Empty);

    public void Dispose()
    {
        foreach (FleetMember member in _members)
            member.Dispose();
    }
}
