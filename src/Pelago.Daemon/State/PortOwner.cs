// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;

namespace Pelago.Daemon.State;

/// <summary>Who listens on a TCP port of this machine, as /proc tells; processes of other users stay nameless to all but root.</summary>
internal static class PortOwner
{
    private const string Listening = "0A";

    /// <summary>For a message: <c>nginx (pid 123)</c>, or as much as can be seen of it.</summary>
    public static string Describe(int port)
    {
        if (FindSocket(port) is not { } socket)
            return "another process";
        return FindProcess(socket.Inode) is { } pid ? $"{NameOf(pid)} (pid {pid})" : $"a process of user {socket.User}";
    }

    public static bool HasListener(int port) => FindSocket(port) is not null;

    private static (string Inode, string User)? FindSocket(int port)
    {
        string suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (string table in new[] { "/proc/net/tcp", "/proc/net/tcp6" })
        {
            if (!File.Exists(table))
                continue;
            foreach (string line in File.ReadLines(table).Skip(1))
            {
                // sl, local address, remote address, state, queues, timer, retransmits, uid, timeout, inode
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[3] == Listening && fields[1].EndsWith(suffix, StringComparison.Ordinal))
                    return (fields[9], fields[7]);
            }
        }

        return null;
    }

    private static int? FindProcess(string inode)
    {
        string link = $"socket:[{inode}]";
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), out int pid) && Holds(process, link))
                return pid;
        }

        return null;
    }

    private static bool Holds(string process, string link)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(file => new FileInfo(file).LinkTarget == link);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // Ended meanwhile, or another user's.
        }
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
