// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Admission;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Aggregation;

/// <summary>All APIServices as the store has them now, by the group version that they serve.</summary>
internal sealed class ApiServiceTable
{
    private readonly SnapshotCache<Rows> _rows;

    public ApiServiceTable(IRevisionStore store)
    {
        Store = store.Resource("apiservices.apiregistration.k8s.io");
        _rows = new SnapshotCache<Rows>(Store, snapshot => new Rows([.. snapshot.Scan().Select(ApiService.Read)]));
    }

    public IResourceStore Store { get; }

    public IReadOnlyList<ApiService> All => _rows.Current.Services;

    /// <summary>The server of a group version when it is another one than this; null for everything served here.</summary>
    public ApiService? Remote(string group, string version) =>
        _rows.Current.Remotes is { Count: > 0 } remotes ? remotes.GetValueOrDefault(new GroupVersion(group, version)) : null;

    private sealed class Rows
    {
        public Rows(IReadOnlyList<ApiService> services)
        {
            Services = services;
            foreach (ApiService service in services.Where(service => service.Service is not null))
                Remotes[service.Serves] = service;
        }

        public IReadOnlyList<ApiService> Services { get; }

        public Dictionary<GroupVersion, ApiService> Remotes { get; } = [];
    }
}
