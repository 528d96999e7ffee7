// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;

namespace Pelago.Cli.Local;

/// <summary>Whether a daemon can keep state in a home, found out before one is started: its log would be the first thing that cannot be written.</summary>
internal static class HomeAccess
{
    private const string Elsewhere = "choose another home with --home DIR or PELAGO_HOME=DIR";

    /// <summary>Makes the home where it is missing; a <see cref="CliException"/> says why it cannot be used.</summary>
    public static void Require(PelagoHome home)
    {
        if (File.Exists(home.Root))
            throw new CliException($"{home.Root} is a file, not a directory: {Elsewhere}");
        RefuseOtherOwner(home);
        string probe = Path.Combine(home.Root, $".probe-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(home.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.WriteAllBytes(probe, new byte[4096]);
            File.Delete(probe);
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliException($"{home.Root} is not writable for user {UnixFile.CurrentUser}: {Elsewhere}, or have its owner give it to you");
        }
        catch (IOException e) when (DiskFault.IsFull(e))
        {
            Remove(probe);
            throw new CliException($"there is no space left on the disk of {home.Root}; nothing was lost: free some space and start again, or {Elsewhere}");
        }
        catch (IOException e)
        {
            throw new CliException($"{home.Root} cannot be written ({e.Message}): {Elsewhere}");
        }
    }

    public static bool IsFull(PelagoHome home) => new DriveInfo(home.Root).AvailableFreeSpace < 1 << 20;

    private static void RefuseOtherOwner(PelagoHome home)
    {
        // A plain directory of somebody else may be lent to this user; somebody else's clusters never are.
        bool inUse = File.Exists(home.LockFile) || Directory.Exists(home.ClustersDirectory);
        uint? owner = inUse ? UnixFile.Of(home.Root) : null;
        if (owner is not null && owner != UnixFile.CurrentUser)
            throw new CliException($"the clusters in {home.Root} belong to user {owner}, and this is user {UnixFile.CurrentUser}: run pelago as that user, or {Elsewhere}");
    }

    private static void Remove(string probe)
    {
        try
        {
            File.Delete(probe);
        }
        catch (IOException)
        {
            // An empty file stays behind, on a disk that cannot even take its removal.
        }
    }
}
