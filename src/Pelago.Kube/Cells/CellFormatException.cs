// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>What was read is no stream of cells, or one that this build does not know. The message says where it went wrong.</summary>
public sealed class CellFormatException(long offset, string message) : FormatException($"byte {offset} of the stream of cells: {message}")
{
    /// <summary>Where the frame begins that cannot be read, in bytes from the beginning of the stream.</summary>
    public long Offset { get; } = offset;
}
