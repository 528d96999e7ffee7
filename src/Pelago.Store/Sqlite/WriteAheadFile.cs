// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Store;

/// <summary>
/// The file of SQLite's write-ahead log, made at its full length in advance: a commit into a growing file also waits for the file
/// system's own journal, and takes about four times as long. SQLite reads a log of zeros as an empty one.
/// </summary>
internal static class WriteAheadFile
{
    private const int Piece = 1 << 20;

    /// <summary>Does nothing when there is a log already, or no space for one, or no right to a file so long; no connection of this process may be open.</summary>
    public static void Allocate(string stateFile, long length)
    {
        string path = stateFile + "-wal";
        if (File.Exists(path))
            return;
        try
        {
            using FileStream file = new(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            // Written, not only reserved: the file system notes the first write of each reserved block in its journal too.
            byte[] zeros = new byte[Piece];
            for (long written = 0; written < length; written += zeros.Length)
                file.Write(zeros);
            file.Flush(flushToDisk: true);
        }
        catch (Exception fault) when (fault is IOException or ArgumentOutOfRangeException) // the latter is how .NET says EFBIG
        {
            File.Delete(path);
        }
    }
}
