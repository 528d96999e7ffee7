// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using Pelago.Node.Native;

namespace Pelago.Node.Kubelets.Runs;

/// <summary>The files of a log for as long as they are read: names that lead to what was opened, and copies of what a kubelet has compressed.</summary>
internal sealed class OpenedLog : IDisposable
{
    // More than a kubelet lets a file grow to before it is rotated, unless it was told so: the rest of it is not unpacked.
    private const long MostUnpacked = 256 << 20;
    private readonly List<IDisposable> _held = [];
    private readonly List<string> _files = [];

    public IReadOnlyList<string> Files => _files;

    public void Add(string path) => _files.Add(path);

    public void Add(BeneathPath file, bool isPacked, string scratch)
    {
        _held.Add(file);
        _files.Add(isPacked ? Unpack(file.Path, scratch) : file.Path);
    }

    public void Dispose() => _held.ForEach(held => held.Dispose());

    /// <summary>As much of it as can be read: what is damaged ends where it is.</summary>
    private string Unpack(string path, string scratch)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.DeleteOnClose,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        var copy = new FileStream(Path.Combine(scratch, $"log-{Guid.NewGuid():n}"), options);
        _held.Add(copy);
        using var packed = new GZipStream(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), CompressionMode.Decompress);
        byte[] buffer = new byte[128 * 1024];
        try
        {
            int read;
            while (copy.Length < MostUnpacked && (read = packed.Read(buffer)) > 0)
                copy.Write(buffer, 0, read);
        }
        catch (InvalidDataException)
        {
            // It was being written, or is none.
        }
        copy.Flush();
        return copy.Name;
    }
}
