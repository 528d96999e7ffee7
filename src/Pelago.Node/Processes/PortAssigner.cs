// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;

namespace Pelago.Node.Processes;

/// <summary>
/// Finds ports of the host that nothing listens on, for pods that share its network. Ports that were given out by any runtime of this process are not
/// given out again while they are held.
/// </summary>
internal sealed class PortAssigner(int first, int last)
{
    private static readonly HashSet<int> Held = [];
    private static readonly Lock Gate = new();
    private static int _next;

    /// <summary>Null when the range is used up.</summary>
    public int? Take()
    {
        int count = last - first + 1;
        lock (Gate)
        {
            for (int tried = 0; tried < count; tried++)
            {
                int port = first + (int)((uint)(_next + tried) % (uint)count);
                if (Held.Contains(port) || !IsFree(port))
                    continue;
                Held.Add(port);
                _next += tried + 1;
                return port;
            }
        }
        return null;
    }

    public void Keep(int port)
    {
        lock (Gate)
            Held.Add(port);
    }

    public void Return(int port)
    {
        lock (Gate)
            Held.Remove(port);
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
