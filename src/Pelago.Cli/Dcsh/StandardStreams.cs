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
    public static Stream Input() => Pipe(0, FileAccess.Read) ?? Console.OpenStandardInput();

    public static Stream Output() => Pipe(1, FileAccess.Write) ?? Console.OpenStandardOutput();

    public static Stream Errors() => Pipe(2, FileAccess.Write) ?? Console.OpenStandardError();

    /// <summary>Whether nobody reads any more what is written; all other faults of writing lose what somebody wanted.</summary>
    public static bool IsReaderGone(IOException fault)
    {
        const int brokenPipe = 32; // EPIPE
        return fault.HResult == brokenPipe;
    }

    public static FileStream Open(int descriptor, FileAccess access) => new(new SafeFileHandle(descriptor, ownsHandle: false), access, bufferSize: 0);

    private static FileStream? Pipe(int descriptor, FileAccess access) => Open(descriptor, access) is { CanSeek: false } pipe ? pipe : null;
}
