// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Daemon.State;

/// <summary>Who listens on a TCP port of this machine; processes of other users stay nameless to all but root.</summary>
internal static class PortOwner
{
    private static readonly MachineSockets Machine = new();

    /// <summary>For a message: <c>nginx (pid 123)</c>, or as much as can be seen of it.</summary>
    public static string Describe(int port)
    {
        if (ListenerAt(port) is not { } socket)
            return "another process";
        return Machine.Holders().TryGetValue(socket.Inode, out int pid) ? $"{NameOf(pid)} (pid {pid})" : $"a process of user {socket.User}";
    }

    public static bool HasListener(int port) => ListenerAt(port) is not null;

    private static ListeningPort? ListenerAt(int port)
    {
        List<ListeningPort> listeners = Machine.Listening().FindAll(socket => socket.Port == port && socket.Protocol == "TCP");
        return listeners.Count > 0 ? listeners[0] : null;
    }

    private static string NameOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").Trim();
        }
        catch (IOException)
        {
            return "a process";
        }
    }
}
