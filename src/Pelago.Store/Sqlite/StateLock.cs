// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Store;

/// <summary>
/// The right to write a state file, held until disposed or until the process ends in whatever way: an operating system lock on FILE.lock.
/// The process id stands in FILE.pid, so that whoever comes second can say who is first.
/// </summary>
internal sealed class StateLock : IDisposable
{
    private const int Held = 11; // EWOULDBLOCK of flock(2)
    private readonly FileStream _held;
    private readonly string _pidFile;

    private StateLock(FileStream held, string pidFile)
    {
        _held = held;
        _pidFile = pidFile;
    }

    public static StateLock Take(string path)
    {
        string pidFile = path + ".pid";
        FileStream held;
        try
        {
            held = new FileStream(path + ".lock", new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException refused) when (refused.HResult == Held)
        {
            throw new StoreUnavailableException(
                $"the state file {path} is in use by {Holder(pidFile)}. Stop that daemon first (pelago down), or choose another home (--home)", refused);
        }
        File.WriteAllText(pidFile, $"{Environment.ProcessId}\n");
        return new StateLock(held, pidFile);
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_pidFile);
        }
        catch (IOException)
        {
            // It only informs; the lock is what counts.
        }
        _held.Dispose();
    }

    private static string Holder(string pidFile)
    {
        try
        {
            return int.TryParse(File.ReadAllText(pidFile), out int pid) ? $"process {pid}" : "another process";
        }
        catch (IOException)
        {
            return "another process";
        }
    }
}
