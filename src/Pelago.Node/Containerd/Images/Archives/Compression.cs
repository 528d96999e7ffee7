// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>How bytes of an archive are compressed, of what is read here and by containerd.</summary>
internal enum Compression
{
    None,
    Gzip,
    Zstd,
}
