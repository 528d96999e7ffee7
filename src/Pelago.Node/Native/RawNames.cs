// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace Pelago.Node.Native;

/// <summary>Names in which .NET has its sign for what is no UTF-8, as bytes: what it makes of them may name nothing, or something else.</summary>
internal static unsafe class RawNames
{
    private const int Room = 64 * 1024;

    // struct linux_dirent64 of linux/dirent.h: d_ino, d_off, d_reclen, d_type, d_name
    private const int LengthOffset = 16;
    private const int NameOffset = 19;

    /// <summary>getdents64</summary>
    private static readonly int ListCall = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 61 : 217;

    /// <summary>Those in a directory, at most so many and a few more.</summary>
    /// <exception cref="System.IO.IOException">It cannot be read.</exception>
    public static List<byte[]> In(string directory, int most)
    {
        using SafeFileHandle handle = Descriptors.Open(directory, LibC.ReadOnly);
        var names = new List<byte[]>();
        byte[] entries = new byte[Room];
        while (names.Count < most)
        {
            int read = Read(handle, entries);
            if (read == 0)
                break;
            int at = 0;
            while (at < read)
            {
                int length = MemoryMarshal.Read<ushort>(entries.AsSpan(at + LengthOffset));
                ReadOnlySpan<byte> name = entries.AsSpan(at + NameOffset, length - NameOffset);
                name = name[..name.IndexOf((byte)0)];
                if (!Utf8.IsValid(name) || name.IndexOf("\uFFFD"u8) >= 0)
                    names.Add(name.ToArray());
                at += length;
            }
        }
        return names;
    }

    private static int Read(SafeFileHandle directory, byte[] entries)
    {
        fixed (byte* room = entries)
        {
            nint read = LibC.SystemCall(ListCall, directory.DangerousGetHandle(), (nint)room, entries.Length, 0);
            return read < 0 ? throw Descriptors.Failure("list a directory") : (int)read;
        }
    }
}
