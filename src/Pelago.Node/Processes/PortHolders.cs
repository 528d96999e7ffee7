// SPDX-License-Identifier: Apache-2.0

using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Node.Processes;

/// <summary>Who listens on this machine. Many pods may fail together: one look at the kernel's tables serves all who failed before it.</summary>
internal sealed class PortHolders(TimeProvider time)
{
    private readonly Lock _gate = new();
    private DateTimeOffset _lookedAt;
    private PortLook? _last;

    /// <summary>A look that was begun after <paramref name="moment"/>.</summary>
    public PortLook After(DateTimeOffset moment)
    {
        lock (_gate)
        {
            if (_last is null || _lookedAt <= moment)
            {
                _lookedAt = time.GetUtcNow();
                _last = new PortLook(new MachineSockets().Listening());
            }
            return _last;
        }
    }
}

/// <summary>Who listened on this machine at one moment. Whose the sockets are is only looked up when it is asked for, once.</summary>
internal sealed class PortLook(IEnumerable<ListeningPort> sockets)
{
    private readonly ILookup<(int Port, string Protocol), ListeningPort> _sockets = sockets.ToLookup(socket => (socket.Port, socket.Protocol));
    private readonly Lazy<Dictionary<long, int>> _holders = new(new MachineSockets().Holders);

    public IEnumerable<ListeningPort> On(int port, string protocol) => _sockets[(port, protocol)];

    /// <summary>The first process that holds a socket; null where none is seen that does.</summary>
    public int? HolderOf(ListeningPort socket) => _holders.Value.TryGetValue(socket.Inode, out int pid) ? pid : null;
}
