// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Client.Local;

/// <summary>Why a disk takes no more: what .NET has in <see cref="Exception.HResult"/> of an <see cref="IOException"/> is an errno of Linux.</summary>
public static class DiskFault
{
    public const int NoSpace = 28; // ENOSPC
    private const int OverQuota = 122; // EDQUOT

    /// <summary>It is full, or this user has all of it that they may have.</summary>
    public static bool IsFull(IOException fault) => fault.HResult is NoSpace or OverQuota;
}
