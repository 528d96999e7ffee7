// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Win32.SafeHandles;

namespace Pelago.Cli.Dcsh;

/// <summary>
/// This program's own streams as they are: of a pipe the console's would not say that its reader went away. Of a file they are right, for they move the
/// place in it that other programs share.
/// </summary>
internal static class StandardStreams
{
    /// <summary>Empty where there is nothing to read: it was closed, or nohup leaves a descriptor that can only be written to.</summary>
    public static Stream Input() => !IsReadable(0) ? Stream.Null : Pipe(0, FileAccess.Read) ?? Console.OpenStandardInput();

    public static Stream Output() => !IsGiven(1) ? Stream.Null : Pipe(1, FileAccess.Write) ?? Console.OpenStandardOutput();

    public static Stream Errors() => !IsGiven(2) ? Stream.Null : Pipe(2, FileAccess.Write) ?? Console.OpenStandardError();

    /// <summary>Whether nobody reads any more what is written; all other faults of writing lose what somebody wanted.</summary>
    public static bool IsReaderGone(IOException fault)
    {
        const int brokenPipe = 32; // EPIPE
        return fault.HResult == brokenPipe;
    }

    public static FileStream Open(int descriptor, FileAccess access) => new(new SafeFileHandle(descriptor, ownsHandle: false), access, bufferSize: 0);

    /// <summary>What was closed when this program began has the number of a file that the runtime opened for itself: to read or write that is to harm it.</summary>
    public static void SetClosedAside()
    {
        if (!IsGiven(0))
            Console.SetIn(TextReader.Null);
        if (!IsGiven(1))
            Console.SetOut(TextWriter.Null);
        if (!IsGiven(2))
            Console.SetError(TextWriter.Null);
    }

    /// <summary>Whether the descriptor came from who started this program: one that was opened since is closed by exec, and none that came is.</summary>
    private static bool IsGiven(int descriptor)
    {
        const long closeOnExec = 0x80000; // O_CLOEXEC
        return (File.Exists($"/proc/self/fd/{descriptor}") && (Flags(descriptor) & closeOnExec) == 0) || !Directory.Exists("/proc/self/fd");
    }

    private static bool IsReadable(int descriptor)
    {
        const long access = 3, writeOnly = 1;
        return IsGiven(descriptor) && (Flags(descriptor) & access) != writeOnly;
    }

    /// <summary>By /proc/self/fdinfo (proc(5)): the flags of open(2), in octal, of which the last two bits are the access. What cannot be known is none.</summary>
    private static long Flags(int descriptor)
    {
        try
        {
            string? flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}").FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return flags is null ? 0 : Convert.ToInt64(flags["flags:".Length..].Trim(), 8);
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return 0; // reading tells
        }
    }

    private static FileStream? Pipe(int descriptor, FileAccess access) => Open(descriptor, access) is { CanSeek: false } pipe ? pipe : null;
}
