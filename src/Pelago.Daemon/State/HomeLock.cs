// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Client.Local;

namespace Pelago.Daemon.State;

/// <summary>One daemon per home: an exclusive lock that the kernel lets go of whatever ends the process.</summary>
internal sealed class HomeLock : IDisposable
{
    private readonly FileStream _file;
    private readonly PelagoHome _home;

    private HomeLock(FileStream file, PelagoHome home)
    {
        _file = file;
        _home = home;
    }

    /// <summary>Null when another daemon holds the home.</summary>
    public static HomeLock? TryTake(PelagoHome home)
    {
        Directory.CreateDirectory(home.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        FileStream file;
        try
        {
            file = new FileStream(home.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }

        var held = new HomeLock(file, home);
        try
        {
            AtomicFile.Write(home.HolderFile, Encoding.ASCII.GetBytes($"{Environment.ProcessId} {ProcessIdentity.Of(Environment.ProcessId)?.StartTime}\n"));
            return held;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_home.HolderFile);
        }
        catch (IOException)
        {
            // It only informs; the lock is what counts.
        }

        _file.Dispose();
    }

    // EWOULDBLOCK of flock(2); a full disk or a read-only one is no lock of somebody else's.
    internal static bool IsHeld(IOException e) => e.HResult == 11;
}
