// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using Pelago.Cli.Output;
using Pelago.Client.Local;

namespace Pelago.Cli.Local;

/// <summary>A daemon that is ready; <paramref name="IsOurs"/> when this command started it, and not somebody before or beside it.</summary>
internal sealed record DaemonStart(DaemonRecord Record, bool IsOurs);

/// <summary>Starting the daemon of a home and waiting for it, and ending it.</summary>
internal static class DaemonSession
{
    private const int Interrupt = 2; // SIGINT: pods are stopped too
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Returns when a daemon of this home is ready: the one that runs, the one that somebody else is starting, or a new one. Ends with the
    /// reason when it does not get there; when cancelled, with what it started ended too.
    /// </summary>
    public static async Task<DaemonStart> StartAsync(PelagoHome home, IReadOnlyList<string> arguments, Progress progress, CancellationToken cancel)
    {
        string daemon = DaemonProgram.Find("pelagod", "PELAGO_DAEMON");
        HomeAccess.Require(home);
        var clock = Stopwatch.StartNew();
        Process? process = null;
        long logStart = 0;
        try
        {
            while (clock.Elapsed < StartLimit)
            {
                DaemonRecord? record = home.ReadDaemon();
                if (record?.Ready == true)
                    return new DaemonStart(record, record.Pid == process?.Id);
                if (process is { HasExited: true })
                {
                    if (process.ExitCode != DaemonExitCode.HomeTaken)
                        throw StartFailure.Of(home, daemon, process.ExitCode, logStart);
                    // Two starts at once are one: wait for the other's daemon, or take its place should it fail.
                    process.Dispose();
                    process = null;
                    await Task.Delay(Step, cancel);
                }

                if (process is null && home.ReadHolder() is { } holder && home.IsDaemonFileDamaged())
                    throw new CliException($"pelagod (pid {holder}) runs, but {home.DaemonFile}, which says where, is damaged: start it anew with '{Invocation.Of(home)} down', then '{Invocation.Of(home)} up'");
                if (process is null && home.ReadHolder() is null)
                {
                    logStart = File.Exists(home.LogFile) ? new FileInfo(home.LogFile).Length : 0;
                    process = DaemonProgram.StartDetached(daemon, ["run", "--home", home.Root, .. arguments], home.LogFile, home.OlderLogFile);
                }

                progress.Show(Doing(home, record, process, clock.Elapsed));
                await Task.Delay(Step, cancel);
            }

            throw new CliException($"pelagod was not ready after {StartLimit.TotalMinutes:F0} min; see {home.LogFile}, then '{Invocation.Of(home)} down'");
        }
        catch (OperationCanceledException) when (process is { HasExited: false })
        {
            progress.Show("ending what was started");
            _ = Kill(process.Id, Interrupt);
            using var patience = new CancellationTokenSource(StopLimit);
            await process.WaitForExitAsync(patience.Token);
            throw;
        }
        finally
        {
            process?.Dispose();
        }
    }

    /// <summary>Asks the daemon to stop its pods and itself, and waits until it is gone.</summary>
    public static async Task StopAsync(int pid, Progress progress, CancellationToken cancel)
    {
        if (ProcessIdentity.Of(pid) is not { } daemon || !daemon.IsAlive())
            return;
        // It may have ended in this moment.
        if (Kill(pid, Interrupt) != 0 && daemon.IsAlive())
            throw new CliException($"pelagod (pid {pid}) belongs to another user: run '{Invocation.Program} down' as that user");
        var clock = Stopwatch.StartNew();
        while (daemon.IsAlive())
        {
            if (clock.Elapsed > StopLimit)
                throw new CliException($"pelagod (pid {pid}) did not end within {StopLimit.TotalSeconds:F0} s; its pods may be slow to stop. Look at the log, or end it with: kill -9 {pid}");
            progress.Show($"stopping pods, which have {PodStop.GraceSeconds} s at most, and pelagod ({clock.Elapsed.TotalSeconds:F0} s)");
            await Task.Delay(Step, cancel);
        }
    }

    private static string Doing(PelagoHome home, DaemonRecord? record, Process? process, TimeSpan elapsed)
    {
        string what = record is not null ? $"waiting for {record.Clusters.Count} cluster(s) to be ready"
            : process is null ? $"waiting for pelagod (pid {home.ReadHolder()}), which somebody else starts or ends"
            : "starting pelagod";
        return $"{what} ({elapsed.TotalSeconds:F0} s)";
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int pid, int signal);
}
