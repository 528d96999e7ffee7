// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;

namespace Pelago.Daemon.State;

/// <summary>What a system refuses to do with the files of a home, in words that say how to go on.</summary>
internal static class HomeFault
{
    private const int ReadOnly = 30; // EROFS

    /// <summary>Null when the fault is none of them.</summary>
    public static string? Describe(PelagoHome home, Exception fault)
    {
        string why = fault.Message.TrimEnd('.'), elsewhere = IsOf(home, fault) ? ", or choose another home with --home DIR" : "";
        return fault switch
        {
            IOException full when DiskFault.IsFull(full) => $"there is no space left on the disk of {home.Root} ({why}); nothing was lost: free some space, then start again",
            IOException { HResult: ReadOnly } => $"the disk of {home.Root} cannot be written ({why}); nothing was lost: make it writable and start again{elsewhere}",
            // How .NET says EFBIG; other arguments have other names.
            ArgumentOutOfRangeException { ParamName: "value" } =>
                $"a file in {home.Root} has reached the limit of the length of files ({why}); nothing was lost: raise that (ulimit -f unlimited), then start again",
            UnauthorizedAccessException =>
                $"user {UnixFile.CurrentUser} may not use a file that is needed ({why}); nothing was lost: give its directory to this user (chown, chmod) and start again{elsewhere}",
            _ => null,
        };
    }

    /// <summary>Whether the path that the fault names, in quotes, is the home or lies in it: no other home helps with what lies elsewhere.</summary>
    private static bool IsOf(PelagoHome home, Exception fault) =>
        fault.Message.Contains($"'{home.Root}'", StringComparison.Ordinal) || fault.Message.Contains($"'{home.Root.TrimEnd('/')}/", StringComparison.Ordinal);
}
