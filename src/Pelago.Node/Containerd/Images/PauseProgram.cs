// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pelago.Node.Containerd.Images;

/// <summary>
/// The program of a pod's sandbox: it waits for ever. A whole ELF executable of a header, one program header and a system call in a loop, so that a
/// sandbox needs no download and nothing of this machine.
/// </summary>
internal static class PauseProgram
{
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const ulong Base = 0x400000;

    // mov eax, 34 (pause); syscall; jmp back
    private static readonly byte[] X64 = [0xb8, 0x22, 0x00, 0x00, 0x00, 0x0f, 0x05, 0xeb, 0xf7];

    // mov x0, 0; mov x1, 0; mov x2, 0; mov x3, 0; mov x4, 0; mov x8, 73 (ppoll of nothing, without an end); svc 0; b back
    private static readonly byte[] Arm64 =
    [
        0x00, 0x00, 0x80, 0xd2, 0x01, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x80, 0xd2, 0x03, 0x00, 0x80, 0xd2,
        0x04, 0x00, 0x80, 0xd2, 0x28, 0x09, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4, 0xf9, 0xff, 0xff, 0x17,
    ];

    public static byte[] Build(Architecture architecture)
    {
        byte[] code = architecture == Architecture.Arm64 ? Arm64 : X64;
        byte[] file = new byte[HeaderSize + ProgramHeaderSize + code.Length];
        WriteHeader(file, architecture == Architecture.Arm64 ? (ushort)183 : (ushort)62);
        WriteProgramHeader(file.AsSpan(HeaderSize), (ulong)file.Length);
        code.CopyTo(file, HeaderSize + ProgramHeaderSize);
        return file;
    }

    private static void WriteHeader(Span<byte> header, ushort machine)
    {
        "\x7f"u8.CopyTo(header);
        "ELF"u8.CopyTo(header[1..]);
        header[4] = 2; // 64 bits
        header[5] = 1; // little endian
        header[6] = 1; // version
        BinaryPrimitives.WriteUInt16LittleEndian(header[16..], 2); // executable
        BinaryPrimitives.WriteUInt16LittleEndian(header[18..], machine);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], Base + HeaderSize + ProgramHeaderSize); // entry
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], HeaderSize); // where program headers are
        BinaryPrimitives.WriteUInt16LittleEndian(header[52..], HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(header[54..], ProgramHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(header[56..], 1);
    }

    private static void WriteProgramHeader(Span<byte> header, ulong size)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, 1); // load
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], 5); // readable, executable
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], size);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], size);
        BinaryPrimitives.WriteUInt64LittleEndian(header[48..], 0x1000);
    }
}
