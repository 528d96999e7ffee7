// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pelago.Client.Local;

/// <summary>Who owns a file, and who this process is: .NET says neither.</summary>
public static class FileOwner
{
    private const int WorkingDirectory = -100; // AT_FDCWD
    private const uint OwnerMask = 0x8; // STATX_UID
    private const int OwnerOffset = 20; // stx_uid in struct statx

    public static uint CurrentUser => EffectiveUser();

    /// <summary>The owner's user id; null when there is no such file or it cannot be looked at.</summary>
    public static uint? Of(string path)
    {
        byte[] answer = new byte[256];
        return StatX(WorkingDirectory, path, 0, OwnerMask, answer) == 0 ? BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(OwnerOffset)) : null;
    }

    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint EffectiveUser();

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int StatX(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] answer);
}
