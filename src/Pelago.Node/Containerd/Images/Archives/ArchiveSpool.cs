// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Win32.SafeHandles;
using Pelago.Node.Containerd.Streams;

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>
/// The files of an archive, in one file that has no name any more: whatever ends this process, nothing is left behind. Names in the archive are only
/// looked up in a table; none of them ever names a file of this machine.
/// </summary>
internal sealed class ArchiveSpool : IDisposable
{
    private const string What = "the archive";
    private const int MaxLinks = 8;
    private readonly FileStream _file;
    private readonly SpoolDisk _disk;
    private readonly Dictionary<string, (long Offset, long Size)> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);
    private long _end;

    private ArchiveSpool(FileStream file, SpoolDisk disk) => (_file, _disk) = (file, disk);

    /// <summary>Reads an archive to its end.</summary>
    /// <param name="disk">Where the nameless file is made.</param>
    public static async Task<ArchiveSpool> ReadAsync(Stream archive, SpoolDisk disk, ArchiveLimits limits, CancellationToken cancel)
    {
        string path = Path.Combine(disk.Directory, $"import-{Guid.NewGuid():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Delete, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        var spool = new ArchiveSpool(new FileStream(path, options), disk);
        try
        {
            File.Delete(path);
            (Stream plain, _) = await Expansion.OpenAsync(archive, What, limits, limits.MaxArchive, cancel);
            await using (plain)
            {
                await spool.ReadEntriesAsync(new TarScanner(plain, What, limits), limits, cancel);
                await plain.CopyToAsync(Stream.Null, cancel);
            }
            return spool;
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    /// <summary>The size of a file of the archive, by links if need be; null when it is not there.</summary>
    public long? SizeOf(string name) => Find(name)?.Size;

    /// <summary>Where a file begins and how long it is: the same for all names and links of one file.</summary>
    public (long Offset, long Size)? PlaceOf(string name) => Find(name);

    /// <summary>A small file, whole.</summary>
    public async Task<byte[]> ReadAsync(string name, string what, int most, CancellationToken cancel)
    {
        (long offset, long size) = Find(name) ?? throw Missing(name, what);
        if (size > most)
            throw new ArchiveException($"{What}: {what} ({TarScanner.Shown(name)}) is {size} bytes long, and at most {most} are taken");
        byte[] data = new byte[size];
        for (int at = 0; at < data.Length;)
            at += await RandomAccess.ReadAsync(_file.SafeFileHandle, data.AsMemory(at), offset + at, cancel);
        return data;
    }

    public Stream Open(string name, string what)
    {
        (long offset, long size) = Find(name) ?? throw Missing(name, what);
        return new Slice(_file.SafeFileHandle, offset, size);
    }

    public void Dispose() => _file.Dispose();

    private static ArchiveException Missing(string name, string what) =>
        new($"{What} is incomplete: {what} ({TarScanner.Shown(name)}) is not in it. Save the image again, with all its layers");

    private (long Offset, long Size)? Find(string name)
    {
        string plain = ArchivePath.Plain(name);
        for (int i = 0; i < MaxLinks && _links.TryGetValue(plain, out string? target); i++)
            plain = target;
        return _files.TryGetValue(plain, out (long, long) place) ? place : null;
    }

    private async Task ReadEntriesAsync(TarScanner tar, ArchiveLimits limits, CancellationToken cancel)
    {
        int count = 0;
        while (await tar.NextAsync(cancel) is { } item)
        {
            if (++count > limits.MaxEntries)
                throw new ArchiveException($"{What} has more than {limits.MaxEntries} entries, which no image has: is it an image (docker save, or an OCI layout)?");
            if (ArchivePath.Problem(item.Name) is { } problem)
                throw Refused(item, problem);
            switch (item.Kind)
            {
                case TarKind.Directory:
                    break;
                case TarKind.File:
                    Add(item, _files, (_end, item.Size));
                    await _disk.GrowAsync(_file, _end, item.Size, () => tar.CopyDataAsync(_file, cancel));
                    _end += item.Size;
                    break;
                case TarKind.SymbolicLink:
                    Add(item, _links, ArchivePath.Follow(item.Name, item.Target) ?? throw Refused(item, $"is a link out of the archive, to \"{TarScanner.Shown(item.Target)}\""));
                    break;
                case TarKind.HardLink:
                    Add(item, _links, ArchivePath.Problem(item.Target) is null ? ArchivePath.Plain(item.Target) : throw Refused(item, $"is a link out of the archive, to \"{TarScanner.Shown(item.Target)}\""));
                    break;
                default:
                    throw Refused(item, "is a device node or a FIFO, which no image archive has");
            }
        }
        if (!tar.IsComplete)
            throw new ArchiveException($"{What} is cut short, it has no end mark: copy or download it again");
    }

    private void Add<T>(TarItem item, Dictionary<string, T> table, T value)
    {
        string name = ArchivePath.Plain(item.Name);
        if (_files.ContainsKey(name) || _links.ContainsKey(name))
            throw Refused(item, "is there twice");
        table.Add(name, value);
    }

    private static ArchiveException Refused(TarItem item, string why) =>
        new($"{What}: entry \"{TarScanner.Shown(item.Name)}\" {why}; nothing of it was imported. Take an image only from where you trust it");

    private sealed class Slice(SafeFileHandle file, long offset, long size) : ForwardStream
    {
        private long _at;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await RandomAccess.ReadAsync(file, buffer[..(int)Math.Min(buffer.Length, size - _at)], offset + _at, cancellationToken);
            _at += read;
            return read;
        }
    }
}
