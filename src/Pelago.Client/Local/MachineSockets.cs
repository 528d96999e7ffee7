// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Kube;

namespace Pelago.Client.Local;

/// <summary>The sockets of this machine and the processes that hold them, as the kernel tells. Those of other users are seen by root alone.</summary>
/// <param name="proc">/proc, or what a test puts in its place.</param>
public sealed class MachineSockets(string proc = "/proc")
{
    private static readonly string[] Tables = ["tcp", "tcp6", "udp", "udp6"];

    /// <summary>The sockets on which somebody listens, whoever it is.</summary>
    public List<ListeningPort> Listening()
    {
        var sockets = new List<ListeningPort>();
        foreach (string table in Tables)
        {
            string file = Path.Combine(proc, "net", table);
            if (File.Exists(file))
                sockets.AddRange(SocketTable.Parse(File.ReadLines(file), table.StartsWith("udp", StringComparison.Ordinal)));
        }
        return sockets;
    }

    /// <summary>The inodes of the sockets that a process holds.</summary>
    public List<long> HeldBy(int pid)
    {
        var inodes = new List<long>();
        try
        {
            foreach (string descriptor in Directory.EnumerateFileSystemEntries(Path.Combine(proc, pid.ToString(CultureInfo.InvariantCulture), "fd")))
            {
                if (SocketTable.InodeOf(new FileInfo(descriptor).LinkTarget) is { } inode)
                    inodes.Add(inode);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is another user's.
        }
        return inodes;
    }

    /// <summary>By the inode of each socket, the first process that holds it.</summary>
    public Dictionary<long, int> Holders()
    {
        var holders = new Dictionary<long, int>();
        foreach (string directory in Directory.EnumerateDirectories(proc))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
            {
                foreach (long inode in HeldBy(pid))
                    holders.TryAdd(inode, pid);
            }
        }
        return holders;
    }
}
