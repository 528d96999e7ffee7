// SPDX-License-Identifier: Apache-2.0

using Microsoft.Win32.SafeHandles;

namespace Pelago.Node.Native;

/// <summary>
/// File systems whose files the kernel makes up as they are read: by the rights of who reads, which are not those of a container, and some make their
/// reader wait for ever (/proc/kmsg) or do something.
/// </summary>
internal static unsafe class KernelFileSystem
{
    private const int AnswerSize = 256; // struct statfs has 120 bytes; its first word is f_type

    /// <summary>By the numbers of linux/magic.h.</summary>
    private static readonly long[] Types =
    [
        0x9fa0, // proc
        0x62656572, // sysfs
        0x27e0eb, 0x63677270, // cgroup, cgroup2
        0x1cd1, // devpts
        0x64626720, 0x74726163, // debugfs, tracefs
        0x73636673, 0xf97cff8c, 0x43415d53, 0x5a3c69f0, // securityfs, selinuxfs, smackfs, AppArmor's
        0x62656570, 0x65735543, // configfs, fusectl
        0xcafe4a11, // bpf
        0xde5e81e4, 0x6165676c, // efivarfs, pstore
        0x42494e4d, // binfmt_misc
        0x19800202, // mqueue
        0x0187, // autofs, which mounts when it is looked into
        0x6e667364, 0x67596969, // nfsd, rpc_pipefs
        0x7655821, // resctrl
        0xabba1974, // xenfs
        0x6e736673, 0x50495045, 0x534f434b, 0x09041934, // namespaces, pipes, sockets, anonymous inodes
        0x50494446, 0x5345434d, 0x444d4142, 0x6c6f6f70, // pidfs, secretmem, dma-buf, binderfs
    ];

    /// <summary>Also true when it cannot be asked.</summary>
    public static bool Holds(SafeFileHandle file)
    {
        long* answer = stackalloc long[AnswerSize / sizeof(long)];
        return LibC.StatFileSystem(file, answer) != 0 || IsOne(*answer);
    }

    public static bool IsOne(long type) => Types.Contains(type);
}
