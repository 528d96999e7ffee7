// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pelago.Client.Local;

/// <summary>Who owns a file and of which kind it is, and who this process is: .NET says none of it.</summary>
public static class UnixFile
{
    private const int WorkingDirectory = -100; // AT_FDCWD
    private const uint OwnerMask = 0x8; // STATX_UID
    private const int OwnerOffset = 20; // stx_uid in struct statx
    private const uint TypeMask = 0x1; // STATX_TYPE
    private const int ModeOffset = 28; // stx_mode
    private const int KindBits = 0xF000; // S_IFMT
    private const int Plain = 0x8000; // S_IFREG

    public static uint CurrentUser => EffectiveUser();

    /// <summary>The owner's user id; null when there is no such file or it cannot be looked at.</summary>
    public static uint? Of(string path)
    {
        byte[] answer = new byte[256];
        return StatX(WorkingDirectory, path, 0, OwnerMask, answer) == 0 ? BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(OwnerOffset)) : null;
    }

    /// <summary>True for bytes on a disk, also through a link; false for a directory, a device, a pipe and what is not there.</summary>
    public static bool IsPlain(string path)
    {
        byte[] answer = new byte[256];
        return StatX(WorkingDirectory, path, 0, TypeMask, answer) == 0 && (BinaryPrimitives.ReadUInt16LittleEndian(answer.AsSpan(ModeOffset)) & KindBits) == Plain;
    }

    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint EffectiveUser();

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int StatX(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] answer);
}
