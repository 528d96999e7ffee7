// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;

namespace Pelago.Client.Local;

/// <summary>
/// Small files that are replaced whole: written beside their place, flushed to the disk, renamed over it. A reader or a crash sees the old content
/// or the new, never a part. What goes wrong is the file system's own exception, and leaves nothing behind.
/// </summary>
public static class AtomicFile
{
    /// <summary>For secrets and state: mode 0600 from the first byte.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>For what others may read: mode 0644, less what the umask takes.</summary>
    public const UnixFileMode Readable = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Directories that are missing are made for their owner alone when the file is private, as usual otherwise.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = Private)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (mode == Private)
            CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory);
        string draft = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = mode }))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>The same of text in UTF-8.</summary>
    public static void Write(string path, string content, UnixFileMode mode = Private) => Write(path, Encoding.UTF8.GetBytes(content), mode);

    /// <summary>Makes the directory (mode 0700) when it is not there.</summary>
    public static void CreateDirectory(string path) => Directory.CreateDirectory(path, Private | UnixFileMode.UserExecute);
}
