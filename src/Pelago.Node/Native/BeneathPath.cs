// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Pelago.Node.Files;

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
    private const ulong InRoot = 0x10; // RESOLVE_IN_ROOT
    private const ulong NoMagicLinks = 0x02; // RESOLVE_NO_MAGICLINKS
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
        IsOfKernel = KernelFileSystem.Holds(handle);
        IsFile = type == RegularType && !IsOfKernel;
    }

    public bool IsDirectory { get; }

    /// <summary>A regular file of a disk: no pipe, socket or device, which would block or do something when opened, and nothing <see cref="IsOfKernel"/>.</summary>
    public bool IsFile { get; }

    /// <summary>It is in a <see cref="KernelFileSystem"/>: may be listed, and is never read.</summary>
    public bool IsOfKernel { get; }

    /// <summary>What it is now; null when that cannot be asked.</summary>
    public FileFacts? Facts => FileFacts.Of(_handle);

    /// <summary>Names the thing itself, whatever has become of its name.</summary>
    public string Path => $"/proc/self/fd/{_handle.DangerousGetHandle()}";

    /// <summary>Null when there is no such thing, or when a link stands where <paramref name="relative"/> has none.</summary>
    /// <param name="root">The directory that is not left.</param>
    /// <param name="relative">The path from there.</param>
    /// <param name="strictly">Refuse where the kernel cannot keep to this, instead of relying on a look at the name.</param>
    /// <exception cref="System.IO.IOException">The root cannot be opened, or <paramref name="strictly"/> is not possible here.</exception>
    public static BeneathPath? Open(string root, string relative, bool strictly = false)
    {
        nint opened = OpenAt(root, relative, Beneath | NoLinks, out int error);
        // A kernel before 5.6, or a sandbox around us, does not know openat2: the name was looked at, and has to do.
        if (IsUnknown(error) && strictly)
            throw TooOld(root);
        if (IsUnknown(error))
            opened = LibC.Open(System.IO.Path.Combine(root, relative), HandleOnly | LibC.NoFollow | LibC.CloseOnExec, 0);
        return Of(opened);
    }

    /// <summary>The same, strictly, of a path that need not be UTF-8.</summary>
    /// <exception cref="System.IO.IOException">The root cannot be opened, or the kernel cannot keep to this.</exception>
    public static BeneathPath? Open(string root, byte[] relative)
    {
        nint opened = OpenAt(root, relative, Beneath | NoLinks, out int error);
        return IsUnknown(error) ? throw TooOld(root) : Of(opened);
    }

    /// <summary>Makes a directory and those above it that are missing, none of them behind a link. False when a link or a file stands in the way.</summary>
    /// <exception cref="System.IO.IOException">A directory cannot be made.</exception>
    public static bool MakeDirectory(string root, string relative, System.IO.UnixFileMode mode)
    {
        string at = ".";
        foreach (string part in relative.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string next = $"{at}/{part}";
            using (BeneathPath? known = Open(root, next))
            using (BeneathPath? parent = Open(root, at))
            {
                if (known is { IsDirectory: false } || parent is null)
                    return false;
                // Its last part is not followed: what somebody else puts there meanwhile is looked at when it is opened.
                if (known is null)
                    System.IO.Directory.CreateDirectory($"{parent.Path}/{part}", mode);
                // This process' umask is not meant for what containers write to.
                using BeneathPath? fresh = known is null ? Open(root, next) : null;
                if (fresh is { IsDirectory: true })
                    System.IO.File.SetUnixFileMode(fresh.Path, mode);
            }
            at = next;
        }
        using BeneathPath? made = Open(root, at);
        return made is { IsDirectory: true };
    }

    /// <summary>
    /// What a process sees at <paramref name="path"/> whose root is <paramref name="root"/>: absolute links lead from there, and '..' of it is itself.
    /// Null when there is no such thing.
    /// </summary>
    /// <exception cref="System.IO.IOException">The kernel cannot keep a path within a root.</exception>
    public static BeneathPath? OpenInRoot(string root, string path) => OpenInRoot(root, path, out _);

    /// <param name="root">The root.</param>
    /// <param name="path">The path.</param>
    /// <param name="isLoop">There is no such thing because of too many links on the way: they lead in a circle.</param>
    public static BeneathPath? OpenInRoot(string root, string path, out bool isLoop)
    {
        string name = path.Length == 0 ? "." : path;
        nint opened = OpenAt(root, name, InRoot | NoMagicLinks, out int error);
        if (IsUnknown(error))
            throw new System.IO.IOException("files of containers need a Linux of 5.6 or newer, with openat2");
        // A link that the kernel makes up is refused with this number too, where it is asked to, and with another one within a root that is not left.
        if (error == LibC.ELOOP)
            Of(OpenAt(root, name, InRoot, out error))?.Dispose();
        isLoop = error == LibC.ELOOP;
        return Of(opened);
    }

    public void Dispose() => _handle.Dispose();

    private static nint OpenAt(string root, string path, ulong resolve, out int error) => OpenAt(root, System.Text.Encoding.UTF8.GetBytes(path), resolve, out error);

    private static nint OpenAt(string root, byte[] path, ulong resolve, out int error)
    {
        using SafeFileHandle directory = Descriptors.Open(root, HandleOnly | LibC.CloseOnExec);
        Span<ulong> how = [HandleOnly | LibC.CloseOnExec, 0, resolve];
        byte[] name = [.. path, 0];
        nint opened;
        fixed (byte* text = name)
        fixed (ulong* options = how)
            opened = LibC.SystemCall(OpenAtCall, directory.DangerousGetHandle(), (nint)text, (nint)options, how.Length * sizeof(ulong));
        error = opened < 0 ? Marshal.GetLastPInvokeError() : 0;
        return opened;
    }

    private static System.IO.IOException TooOld(string root) => new($"what is below {root} is only opened by a Linux of 5.6 or newer, with openat2");

    private static bool IsUnknown(int error) => error is LibC.ENOSYS or LibC.EPERM;

    private static BeneathPath? Of(nint opened) => opened < 0 ? null : new BeneathPath(new SafeFileHandle(opened, ownsHandle: true));

    private static int TypeOf(SafeFileHandle handle)
    {
        byte* answer = stackalloc byte[256];
        return LibC.StatX((int)handle.DangerousGetHandle(), "", EmptyPath, TypeOnly, answer) == 0 ? *(ushort*)(answer + ModeOffset) & TypeMask : 0;
    }
}
