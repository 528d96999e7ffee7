// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using Pelago.Node.Native;

namespace Pelago.Node.Kubelets.Runs;

/// <summary>The files of a log for as long as they are read: names that lead to what was opened, and copies of what a kubelet has compressed.</summary>
internal sealed class OpenedLog : IDisposable
{
    // Of all files together, as much as history keeps of a run: what is behind it would not be read.
    private const long MostUnpacked = 64 << 20;
    private readonly List<IDisposable> _held = [];
    private readonly List<string> _files = [];

    private long _unpacked;

    public IReadOnlyList<string> Files => _files;

    /// <summary>Something of it could not be unpacked.</summary>
    public bool IsCut { get; private set; }

    public void Add(string path) => _files.Add(path);

    public void Add(BeneathPath file, bool isPacked, string scratch)
    {
        _held.Add(file);
        if (!isPacked)
            _files.Add(file.Path);
        else if (_unpacked <= MostUnpacked)
            Unpack(file.Path, scratch);
    }

    public void Dispose() => _held.ForEach(held => held.Dispose());

    /// <summary>As much of it as can be read, and written: what is damaged ends where it is, and a full disk takes no more.</summary>
    private void Unpack(string path, string scratch)
    {
        try
        {
            FileStream copy = NewCopy(scratch);
            _files.Add($"/proc/self/fd/{copy.SafeFileHandle.DangerousGetHandle()}");
            using var packed = new GZipStream(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), CompressionMode.Decompress);
            byte[] buffer = new byte[128 * 1024];
            int read;
            while (_unpacked <= MostUnpacked && (read = packed.Read(buffer)) > 0)
            {
                copy.Write(buffer, 0, read);
                _unpacked += read;
            }
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            IsCut = true;
        }
    }

    /// <summary>Without a name, so that it goes with this process however that ends.</summary>
    private FileStream NewCopy(string scratch)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        var copy = new FileStream(Path.Combine(scratch, $"log-{Guid.NewGuid():n}"), options);
        _held.Add(copy);
        File.Delete(copy.Name);
        return copy;
    }
}
