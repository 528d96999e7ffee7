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

    /// <summary>The first process that holds a socket; null where none is seen that does.</summary>
    public static int? HolderOf(long inode)
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && Of(pid).Contains(inode))
                return pid;
        }
        return null;
    }
}
