// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Pelago.Kube;
using Pelago.Node.Native;

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

    /// <summary>The name that this file has got by a rotation; null while it is the current one.</summary>
    public string? RotatedName(string path) => LogFiles.Rotated(path).FirstOrDefault(file => string.CompareOrdinal(file, _newestRotated) > 0);

    public void Dispose() => File.Dispose();

    /// <summary>Opens a file of a log. Whoever writes logs makes files: a link is not followed, it may be somebody else's and lead anywhere.</summary>
    /// <exception cref="FileNotFoundException">There is none, or a link.</exception>
    public static FileStream Open(string path)
    {
        SafeFileHandle? file = Descriptors.TryOpen(path, LibC.ReadOnly | LibC.NoFollow);
        if (file is not null)
            return Of(file, path);
        throw Marshal.GetLastPInvokeError() is LibC.ENOENT or LibC.ENOTDIR or LibC.ELOOP
            ? new FileNotFoundException($"there is no log file {path}, or it is a link", path)
            : Descriptors.Failure($"open the log file {path}");
    }

    /// <summary>Opens what is held already, by the link in /proc that names it. It waits for nobody.</summary>
    /// <exception cref="ApiStatusException">503: a program holds a lease on the file, which the kernel now takes from it (man 2 fcntl, F_SETLEASE).</exception>
    public static FileStream OpenHeld(string path)
    {
        if (Descriptors.TryOpen(path, LibC.ReadOnly) is { } file)
            return Of(file, path);
        if (Marshal.GetLastPInvokeError() == LibC.EAGAIN)
            throw new ApiStatusException(ApiStatus.Unavailable("a program holds a lease on the file, and was asked to give it up: try again in a moment"));
        throw Descriptors.Failure($"open {path}");
    }

    private static FileStream Of(SafeFileHandle file, string path)
    {
        try
        {
            var stream = new FileStream(file, FileAccess.Read, bufferSize: 0);
            if (stream.CanSeek)
                return stream;
        }
        catch
        {
            file.Dispose();
            throw;
        }
        file.Dispose();
        throw new FileNotFoundException($"{path} is not a file", path);
    }

    private static string Newest(string path) => LogFiles.Rotated(path).LastOrDefault("");
}
