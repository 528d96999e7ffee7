// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography.X509Certificates;

namespace Pelago.Engine.Aggregation;

/// <summary>One <see cref="RemoteConnection"/> for each remote APIService, made anew when it is to be reached in another way. For many threads.</summary>
internal sealed class RemoteConnections(ServiceResolver resolver, Func<X509Certificate2> client) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RemoteConnection> _connections = [];

    public RemoteConnection For(ApiService service)
    {
        lock (_gate)
        {
            if (_connections.TryGetValue(service.Name, out RemoteConnection? present))
            {
                if (present.Service.IsReachedAs(service))
                    return present;

                // requests under way end by themselves; new ones go the new way
                present.Dispose();
            }

            return _connections[service.Name] = new RemoteConnection(service, resolver, client);
        }
    }

    public void Forget(string name)
    {
        lock (_gate)
        {
            if (_connections.Remove(name, out RemoteConnection? present))
                present.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (RemoteConnection connection in _connections.Values)
                connection.Dispose();
            _connections.Clear();
        }
    }
}
