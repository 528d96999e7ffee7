// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Pelago.Node.Native;

namespace Pelago.Node.Files;

/// <summary>What statx says of a file. <see cref="Mode"/> holds the type too; <see cref="Allocated"/> is what it takes on the disk, in bytes.</summary>
internal readonly record struct FileFacts(uint Mode, long Links, long User, long Group, ulong Device, ulong Inode, long Size, long Allocated, DateTimeOffset Modified)
{
    private const int WorkingDirectory = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const int TypeMask = 0xF000;
    private const int Room = 256;

    /// <summary>The letter of find -type.</summary>
    public char Type => (Mode & TypeMask) switch
    {
        0x8000 => 'f',
        0x4000 => 'd',
        0xA000 => 'l',
        0x1000 => 'p',
        0xC000 => 's',
        0x6000 => 'b',
        0x2000 => 'c',
        _ => '?',
    };

    public int Permissions => (int)(Mode & 0xFFF);

    /// <summary>Of the name itself where it is a link; null when there is nothing.</summary>
    public static FileFacts? Of(string path) => Ask(WorkingDirectory, path, NoFollow);

    /// <summary>Of a name in a directory that need not be UTF-8, and not of what it leads to; null when there is nothing.</summary>
    public static unsafe FileFacts? Of(string directory, byte[] name)
    {
        byte* answer = stackalloc byte[Room];
        byte[] path = [.. Encoding.UTF8.GetBytes(directory), (byte)'/', .. name, 0];
        fixed (byte* text = path)
            return LibC.StatX(WorkingDirectory, text, NoFollow, BasicStats, answer) == 0 ? Read(new ReadOnlySpan<byte>(answer, Room)) : null;
    }

    /// <summary>Of what links lead to; null when there is nothing.</summary>
    public static FileFacts? Behind(string path) => Ask(WorkingDirectory, path, 0);

    public static FileFacts? Of(SafeFileHandle file) => Ask((int)file.DangerousGetHandle(), "", EmptyPath);

    private static unsafe FileFacts? Ask(int directory, string path, int flags)
    {
        byte* answer = stackalloc byte[Room];
        return LibC.StatX(directory, path, flags, BasicStats, answer) == 0 ? Read(new ReadOnlySpan<byte>(answer, Room)) : null;
    }

    /// <summary>The layout is struct statx of linux/stat.h.</summary>
    private static FileFacts Read(ReadOnlySpan<byte> said)
    {
        ulong device = ((ulong)Number(said, 136) << 32) | Number(said, 140);
        long seconds = MemoryMarshal.Read<long>(said[112..]);
        DateTimeOffset modified = DateTimeOffset.UnixEpoch.AddSeconds(Math.Clamp(seconds, -62_000_000_000, 250_000_000_000)).AddTicks(Number(said, 120) / 100);
        return new FileFacts(
            MemoryMarshal.Read<ushort>(said[28..]), Number(said, 16), Number(said, 20), Number(said, 24), device, MemoryMarshal.Read<ulong>(said[32..]),
            MemoryMarshal.Read<long>(said[40..]), MemoryMarshal.Read<long>(said[48..]) * 512, modified);
    }

    private static uint Number(ReadOnlySpan<byte> said, int at) => MemoryMarshal.Read<uint>(said[at..]);
}
