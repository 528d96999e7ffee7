// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pelago.Node.Native;

/// <summary>
/// What a path below a directory names, held so that nobody can put something else into its place between looking and reading. Dispose it when
/// what was opened through <see cref="Path"/> has been read.
/// </summary>
internal sealed unsafe class BeneathPath : IDisposable
{
    private const int OpenAtCall = 437; // openat2
    private const int HandleOnly = 0x200000; // O_PATH
    private const ulong Beneath = 0x08; // RESOLVE_BENEATH
    private const ulong NoLinks = 0x04; // RESOLVE_NO_SYMLINKS, and with it no magic ones
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint TypeOnly = 0x1; // STATX_TYPE
    private const int ModeOffset = 28; // stx_mode in struct statx
    private const int TypeMask = 0xF000;
    private const int DirectoryType = 0x4000;
    private const int RegularType = 0x8000;
    private readonly SafeFileHandle _handle;

    private BeneathPath(SafeFileHandle handle)
    {
        _handle = handle;
        int type = TypeOf(handle);
        IsDirectory = type == DirectoryType;
        IsFile = type == RegularType;
    }

    public bool IsDirectory { get; }

    /// <summary>A regular file: not a pipe, socket or device, which would block or do something when opened.</summary>
    public bool IsFile { get; }

    /// <summary>Names the thing itself, whatever has become of its name.</summary>
    public string Path => $"/proc/self/fd/{_handle.DangerousGetHandle()}";

    /// <summary>Null when there is no such thing, or when a link stands where <paramref name="relative"/> has none.</summary>
    public static BeneathPath? Open(string root, string relative)
    {
        using SafeFileHandle directory = Descriptors.Open(root, HandleOnly | LibC.CloseOnExec);
        Span<ulong> how = [HandleOnly | LibC.CloseOnExec, 0, Beneath | NoLinks];
        byte[] path = [.. System.Text.Encoding.UTF8.GetBytes(relative), 0];
        nint opened;
        fixed (byte* name = path)
        fixed (ulong* options = how)
            opened = LibC.SystemCall(OpenAtCall, directory.DangerousGetHandle(), (nint)name, (nint)options, how.Length * sizeof(ulong));
        // A kernel before 5.6, or a sandbox around us, does not know openat2: the name was looked at, and has to do.
        if (opened < 0 && Marshal.GetLastPInvokeError() is LibC.ENOSYS or LibC.EPERM)
            opened = LibC.Open(System.IO.Path.Combine(root, relative), HandleOnly | LibC.CloseOnExec, 0);
        return opened < 0 ? null : new BeneathPath(new SafeFileHandle(opened, ownsHandle: true));
    }

    public void Dispose() => _handle.Dispose();

    private static int TypeOf(SafeFileHandle handle)
    {
        byte* answer = stackalloc byte[256];
        return LibC.StatX((int)handle.DangerousGetHandle(), "", EmptyPath, TypeOnly, answer) == 0 ? *(ushort*)(answer + ModeOffset) & TypeMask : 0;
    }
}
