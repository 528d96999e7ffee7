// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Kube;

namespace Pelago.Node.Processes;

/// <summary>Which sockets a process holds, by their inodes, as far as this user may see it.</summary>
internal static class ProcessSockets
{
    public static List<long> Of(int pid)
    {
        var inodes = new List<long>();
        try
        {
            foreach (string descriptor in Directory.EnumerateFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd")))
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

    /// <summary>By the inode of each socket on this machine, the first process that holds it.</summary>
    public static Dictionary<long, int> Holders()
    {
        var holders = new Dictionary<long, int>();
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
            {
                foreach (long inode in Of(pid))
                    holders.TryAdd(inode, pid);
            }
        }
        return holders;
    }
}
