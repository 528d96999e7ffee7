// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using Pelago.Client.Local;
using Pelago.Node.Images;

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>A directory that archives are spooled to, several at once: together they may not take the last of its disk, which others need.</summary>
internal sealed class SpoolDisk(string directory, Func<DiskSpace> space)
{
    private const long LeastFree = 1L << 30;

    /// <summary>The length that each file is about to have.</summary>
    private readonly ConcurrentDictionary<FileStream, long> _growing = new();

    public SpoolDisk(string directory)
        : this(directory, () => DiskSpace.Of(directory))
    {
    }

    public string Directory => directory;

    /// <summary>The bytes that are still to come; those that were written are missing on the disk already.</summary>
    public long ToBeWritten => _growing.Sum(pair => Math.Max(0, pair.Value - RandomAccess.GetLength(pair.Key.SafeFileHandle)));

    /// <summary>Lets a file grow by a size at its end, or throws an <see cref="IOException"/> of a full disk before anything is written.</summary>
    public async Task GrowAsync(FileStream file, long end, long size, Func<Task> write)
    {
        _growing[file] = end + size;
        try
        {
            RequireSpace(size);
            await write();
        }
        finally
        {
            _growing.TryRemove(file, out _);
        }
    }

    /// <summary>Of a small disk a tenth is enough.</summary>
    private void RequireSpace(long size)
    {
        DiskSpace disk = space();
        if (disk.Available - ToBeWritten < Math.Min(LeastFree, disk.Capacity / 10))
            throw new IOException($"the disk has {disk.Available} bytes left, too few for another {size} of the archive", DiskFault.NoSpace);
    }
}
