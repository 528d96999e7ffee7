// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;

namespace Pelago.Daemon.State;

/// <summary>What a system refuses to do with the files of a home, in words that say how to go on. Numbers are errno's of Linux.</summary>
internal static class HomeFault
{
    private const int NoSpace = 28; // ENOSPC
    private const int OverQuota = 122; // EDQUOT
    private const int ReadOnly = 30; // EROFS
    private const string Elsewhere = "choose another home with --home DIR";

    /// <summary>Null when the fault is none of them.</summary>
    public static string? Describe(PelagoHome home, Exception fault) => fault switch
    {
        IOException { HResult: NoSpace or OverQuota } => $"there is no space left on the disk of {home.Root} ({fault.Message}); nothing was lost: free some space, then start again",
        IOException { HResult: ReadOnly } => $"the disk of {home.Root} cannot be written ({fault.Message}); nothing was lost: make it writable and start again, or {Elsewhere}",
        UnauthorizedAccessException =>
            $"user {UnixFile.CurrentUser} may not use a file that is needed ({fault.Message.TrimEnd('.')}); nothing was lost: give its directory to this user (chown, chmod) and start again, or {Elsewhere}",
        _ => null,
    };
}
