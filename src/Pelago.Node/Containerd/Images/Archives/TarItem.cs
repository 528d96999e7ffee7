// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Containerd.Images.Archives;

internal enum TarKind
{
    File,
    HardLink,
    SymbolicLink,
    CharacterDevice,
    BlockDevice,
    Directory,
    Fifo,
}

/// <summary>An entry of a tar archive, as its headers say it; nothing is checked yet.</summary>
internal readonly record struct TarItem(string Name, TarKind Kind, long Size, string Target, long Major, long Minor);
