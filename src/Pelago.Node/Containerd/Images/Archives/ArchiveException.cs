// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>An archive is not what an image archive may be. The message says where, what and, where there is something, what to do.</summary>
internal sealed class ArchiveException(string message, Exception? inner = null) : Exception(message, inner);
