// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Node.Logs;

/// <summary>An open log file and the name of the newest rotated one when it was opened, by which it is found again after it was rotated itself.</summary>
internal sealed class LogPosition : IDisposable
{
    private readonly string _newestRotated;

    private LogPosition(FileStream file, string newestRotated)
    {
        File = file;
        _newestRotated = newestRotated;
    }

    public FileStream File { get; }

    /// <summary>Opens the current file; null when there is none (yet).</summary>
    public static LogPosition? OpenCurrent(string path)
    {
        while (true)
        {
            string before = Newest(path);
            FileStream file;
            try
            {
                file = Open(path);
            }
            catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
            {
                if (Newest(path) == before)
                    return null;
                continue;
            }
            // Rotated between the two: it is not known which of the files was opened.
            if (Newest(path) == before)
                return new LogPosition(file, before);
            file.Dispose();
        }
    }

    /// <summary>The files before this one, oldest first.</summary>
    public IReadOnlyList<string> Predecessors(string path) =>
        [.. LogFiles.Rotated(path).Where(file => string.CompareOrdinal(file, _newestRotated) <= 0)];

    /// <summary>The files after this one, oldest first, when it has been rotated; empty while it is the current one. A rotated file may vanish.</summary>
    public IReadOnlyList<string> Successors(string path)
    {
        string[] newer = [.. LogFiles.Rotated(path).Where(file => string.CompareOrdinal(file, _newestRotated) > 0)];
        // The first of them is this file under its new name.
        return newer.Length == 0 ? [] : [.. newer.Skip(1), path];
    }

    public void Dispose() => File.Dispose();

    public static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);

    private static string Newest(string path) => LogFiles.Rotated(path).LastOrDefault("");
}
