// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using Pelago.Cli.Output;
using Pelago.Client.Local;

namespace Pelago.Cli.Local;

/// <summary>Starting the daemon of a home and waiting for it, and ending it.</summary>
internal static partial class DaemonSession
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    /// <summary>Returns when the daemon says that it is ready; ends with the reason from its log when it does not get there.</summary>
    public static async Task<DaemonRecord> StartAsync(PelagoHome home, IReadOnlyList<string> arguments, Progress progress, CancellationToken cancel)
    {
        string daemon = DaemonProgram.Find("pelagod", "PELAGO_DAEMON");
        Directory.CreateDirectory(home.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        long logStart = File.Exists(home.LogFile) ? new FileInfo(home.LogFile).Length : 0;
        using Process process = DaemonProgram.StartDetached(daemon, ["run", "--home", home.Root, .. arguments], home.LogFile);
        var clock = Stopwatch.StartNew();
        try
        {
            while (clock.Elapsed < StartLimit)
            {
                DaemonRecord? record = home.ReadDaemon();
                if (record?.Ready == true)
                    return record;
                if (process.HasExited)
                    throw new CliException($"pelagod ended with code {process.ExitCode} before it was ready:\n{LogSince(home, logStart)}\nThe whole log: {home.LogFile}");
                progress.Show(record is null ? $"starting pelagod ({clock.Elapsed.TotalSeconds:F0} s)" : $"waiting for {record.Clusters.Count} cluster(s) to be ready ({clock.Elapsed.TotalSeconds:F0} s)");
                await Task.Delay(50, cancel);
            }
        }
        catch (OperationCanceledException)
        {
            Signal(process.Id, PosixSignal.SIGINT);
            throw;
        }

        throw new CliException($"pelagod was not ready after {StartLimit.TotalMinutes:F0} min; see {home.LogFile}, then 'pelago down'");
    }

    /// <summary>Asks the daemon to stop its pods and itself, and waits until it is gone.</summary>
    public static async Task StopAsync(DaemonRecord record, Progress progress, CancellationToken cancel)
    {
        Signal(record.Pid, PosixSignal.SIGINT);
        var clock = Stopwatch.StartNew();
        while (record.IsAlive())
        {
            if (clock.Elapsed > StopLimit)
                throw new CliException($"pelagod (pid {record.Pid}) did not end within {StopLimit.TotalSeconds:F0} s; its pods may be slow to stop. Look at the log, or end it with: kill -9 {record.Pid}");
            progress.Show($"stopping pods and pelagod ({clock.Elapsed.TotalSeconds:F0} s)");
            await Task.Delay(50, cancel);
        }
    }

    private static string LogSince(PelagoHome home, long from)
    {
        using FileStream log = File.Open(home.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(Math.Max(from, log.Length - 4096), SeekOrigin.Begin);
        using var reader = new StreamReader(log);
        return string.Join('\n', reader.ReadToEnd().TrimEnd().Split('\n').TakeLast(15).Select(line => "  " + line));
    }

    private static void Signal(int pid, PosixSignal signal)
    {
        int number = signal == PosixSignal.SIGINT ? 2 : 15;
        _ = Kill(pid, number);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
