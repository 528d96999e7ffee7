// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Runtimes;

namespace Pelago.Node.Images;

/// <summary>The reasons of <see cref="RuntimeException"/>s about images.</summary>
internal static class ImageFault
{
    /// <summary>The archive is not what it should be: whoever sent it is at fault.</summary>
    public const string Invalid = "InvalidImage";
    public const string NoSpace = "NoSpaceLeft";
    public const string Import = "ImageImportError";
}
