// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Diagnostics;
using System.IO;
using Pelago.Cli.Output;
using Pelago.Client.Local;

namespace Pelago.Cli.Local;

/// <summary><c>pelago down</c>: ends what <c>up</c> started.</summary>
internal static class DownCommand
{
    public static Command Build()
    {
        var purge = new Option<bool>("--purge") { Description = "Forget the state as well: every cluster of this home and what is in it" };
        Option<bool> quiet = CommandOptions.Quiet();
        var command = new Command("down", "End the clusters on this machine; their state stays unless --purge").WithExamples($"""
            pelago down            stop pods and daemon; 'pelago up' goes on where it was. Programs have the grace period of their pods
                                   to end, but {PodStop.GraceSeconds} s at most: delete or scale down before what needs longer
            pelago down --purge    and delete the state
            """);
        command.Options.Add(purge);
        command.Options.Add(quiet);
        command.SetAction((parsed, cancel) => RunAsync(CommandOptions.HomeOf(parsed), parsed.GetValue(purge), parsed.GetValue(quiet), cancel));
        return command;
    }

    private static async Task<int> RunAsync(PelagoHome home, bool purge, bool quiet, CancellationToken cancel)
    {
        using var progress = new Progress(quiet);
        if ((home.ReadDaemon()?.Pid ?? home.ReadHolder()) is { } pid)
        {
            await DaemonSession.StopAsync(pid, progress, cancel);
            // Nodes and clusters that it was started without this time, after one that was killed, are no pods of its own.
            await SweepAsync(home, cancel);
            progress.Say($"pelagod (pid {pid}) ended");
        }
        else if (Directory.Exists(home.ClustersDirectory))
        {
            // A daemon that was killed leaves its pods running; nobody else would end them.
            bool killed = File.Exists(home.DaemonFile);
            await SweepAsync(home, cancel);
            File.Delete(home.DaemonFile);
            progress.Say($"no pelagod runs on {home.Root}{(killed ? "; the pods that a killed one left are ended" : "")}");
        }
        else
        {
            progress.Say($"no pelagod runs on {home.Root}");
        }

        if (purge && Directory.Exists(home.Root))
            Purge(home, progress);
        return ExitCode.Done;
    }

    private static async Task SweepAsync(PelagoHome home, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(DaemonProgram.Find("pelagod", "PELAGO_DAEMON"))
        {
            ArgumentList = { "sweep", "--home", home.Root }, RedirectStandardOutput = true, UseShellExecute = false,
        };
        using Process sweep = Process.Start(start) ?? throw new CliException("could not start pelagod to end what a killed daemon left");
        await sweep.StandardOutput.ReadToEndAsync(cancel);
        await sweep.WaitForExitAsync(cancel);
        if (sweep.ExitCode != 0)
            throw new CliException($"pelagod sweep ended with code {sweep.ExitCode}: some pods of {home.Root} may still run. '{Invocation.Of(home)} up' takes them over; then try again");
    }

    private static void Purge(PelagoHome home, Progress progress)
    {
        // Only a directory that is a home: a mistyped --home must not cost anybody their files.
        bool ours = File.Exists(home.LockFile) || Directory.Exists(home.ClustersDirectory);
        if (!ours)
            throw new CliException($"{home.Root} does not look like a Pelago home (no daemon.lock, no clusters): nothing was deleted", ExitCode.Usage);
        foreach (string file in new[] { home.DaemonFile, home.LockFile, home.HolderFile, home.LogFile, home.OlderLogFile, home.Kubeconfig, home.PageFile })
            File.Delete(file);
        TreeRemoval.Remove(home.ClustersDirectory);
        if (!Directory.EnumerateFileSystemEntries(home.Root).Any())
            Directory.Delete(home.Root);
        progress.Say($"{home.Root}: state forgotten");
    }
}
