// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Node.Processes;

/// <summary>
/// Where the programs of pods that share the host's network really listen: on the port that they were assigned or, when they know nothing of PORT, on the
/// one that they declared. The kernel's tables are read for many pods at once.
/// </summary>
internal sealed class PodListeners(TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(200);
    private readonly Lock _gate = new();
    private readonly MachineSockets _machine = new();
    private ILookup<int, ListeningPort>? _sockets;
    private ProcessTable? _processes;
    private long _readAt;

    /// <summary>By declared port; those without a listener are left out.</summary>
    /// <param name="programs">The first processes of the pod's containers.</param>
    public Dictionary<int, int> Of(SandboxRecord sandbox, IReadOnlyCollection<int> programs)
    {
        var found = new Dictionary<int, int>();
        if (programs.Count == 0 || !IPAddress.TryParse(sandbox.Address, out IPAddress? own))
            return found;
        ILookup<int, ListeningPort> sockets = Sockets();
        var held = new Lazy<HashSet<long>>(() => HeldBy(programs));
        foreach ((int declared, int assigned) in sandbox.AssignedPorts)
        {
            if (sockets[assigned].Any())
                found[declared] = assigned;
            // Everywhere is also at this address, but whoever is everywhere may be a stranger.
            else if (sockets[declared].Any(socket => socket.Address.Equals(own) || (socket.IsEverywhere && held.Value.Contains(socket.Inode))))
                found[declared] = declared;
        }
        return found;
    }

    private ILookup<int, ListeningPort> Sockets()
    {
        lock (_gate)
        {
            if (_sockets is null || time.GetElapsedTime(_readAt) > Fresh)
            {
                _sockets = _machine.Listening().ToLookup(socket => socket.Port);
                _processes = null;
                _readAt = time.GetTimestamp();
            }
            return _sockets;
        }
    }

    private HashSet<long> HeldBy(IEnumerable<int> programs)
    {
        ProcessTable processes;
        lock (_gate)
            processes = _processes ??= ProcessTable.Read();
        return [.. programs.SelectMany(processes.Tree).SelectMany(process => _machine.HeldBy(process.Pid))];
    }
}
