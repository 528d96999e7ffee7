// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;

namespace Pelago.Daemon.State;

/// <summary>One daemon per home: an exclusive lock that the kernel lets go of whatever ends the process.</summary>
internal sealed class HomeLock : IDisposable
{
    private readonly FileStream _file;

    private HomeLock(FileStream file) => _file = file;

    /// <summary>Null when another daemon holds the home.</summary>
    public static HomeLock? TryTake(PelagoHome home)
    {
        Directory.CreateDirectory(home.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            return new HomeLock(new FileStream(home.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e is not FileNotFoundException and not DirectoryNotFoundException && File.Exists(home.LockFile))
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
