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
    /// <summary>Empty where there is nothing to read: nohup leaves a descriptor that can only be written to.</summary>
    public static Stream Input() => !IsReadable(0) ? Stream.Null : Pipe(0, FileAccess.Read) ?? Console.OpenStandardInput();

    public static Stream Output() => Pipe(1, FileAccess.Write) ?? Console.OpenStandardOutput();

    public static Stream Errors() => Pipe(2, FileAccess.Write) ?? Console.OpenStandardError();

    /// <summary>Whether nobody reads any more what is written; all other faults of writing lose what somebody wanted.</summary>
    public static bool IsReaderGone(IOException fault)
    {
        const int brokenPipe = 32; // EPIPE
        return fault.HResult == brokenPipe;
    }

    public static FileStream Open(int descriptor, FileAccess access) => new(new SafeFileHandle(descriptor, ownsHandle: false), access, bufferSize: 0);

    /// <summary>By /proc/self/fdinfo (proc(5)): the flags of open(2), in octal, of which the last two bits are the access.</summary>
    private static bool IsReadable(int descriptor)
    {
        const int access = 3, writeOnly = 1;
        try
        {
            string? flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}").FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return flags is null || (Convert.ToInt64(flags["flags:".Length..].Trim(), 8) & access) != writeOnly;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return true; // reading tells
        }
    }

    private static FileStream? Pipe(int descriptor, FileAccess access) => Open(descriptor, access) is { CanSeek: false } pipe ? pipe : null;
}
