// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;
using Pelago.Client.Local;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

public sealed class StateFaultTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryDirectory _directory = new();

    private PelagoHome Home => new(_directory["home"]);

    private string State => Home.ClusterStateFile("pelago-1");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_damaged_state_file_stays_as_it_is_and_a_copy_of_the_good_one_goes_on()
    {
        await StartOnceAsync();
        byte[] good = await File.ReadAllBytesAsync(State, Cancel);
        string before = Fields(await DaemonProcess.RunAsync(Home.Root, "store", "check", State));

        await File.WriteAllBytesAsync(State, Overwritten(good), Cancel);
        await RefusedAsync();
        await File.WriteAllBytesAsync(State, good[..(good.Length / 2)], Cancel);
        await RefusedAsync();

        await File.WriteAllBytesAsync(State, good, Cancel);
        Assert.Equal(before, Fields(await DaemonProcess.RunAsync(Home.Root, "store", "check", State)));
        await using RunningDaemon again = await DaemonProcess.StartAsync(Home);
        Assert.NotNull(Home.ReadDaemon());
    }

    [Fact]
    public async Task What_a_killed_daemon_left_beside_a_lost_state_file_is_to_be_moved_away_and_a_copy_goes_on()
    {
        await StartOnceAsync();
        byte[] copy = await File.ReadAllBytesAsync(State, Cancel);
        await using (RunningDaemon daemon = await DaemonProcess.StartAsync(Home))
            await daemon.EndAsync(RunningDaemon.KillSignal);
        File.Delete(State);

        ProgramResult result = await DaemonProcess.RunAsync(Home.Root, "run", "--port", "0");

        Assert.Contains($"Nothing was changed: move {State}-wal and {State}-shm away, ", result.Error, StringComparison.Ordinal);
        foreach (string left in new[] { "-wal", "-shm" })
            File.Move(State + left, _directory["state" + left]);
        await File.WriteAllBytesAsync(State, copy, Cancel);
        await StartOnceAsync();
    }

    [Fact]
    public async Task A_port_that_was_left_is_told_although_the_first_start_from_there_failed()
    {
        await StartOnceAsync();
        ClusterSettings before = Home.ReadSettings("pelago-1")!;
        using var taken = new TcpListener(IPAddress.Loopback, before.Port);
        taken.Start();
        using (new FileStream(State + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
            Assert.Equal(DaemonExitCode.Failed, (await DaemonProcess.RunAsync(Home.Root, "run", "--port", "0")).ExitCode);

        await using RunningDaemon daemon = await DaemonProcess.StartAsync(Home);

        Assert.Contains($"port {before.Port}, where it was, is in use", Assert.Single(Home.ReadDaemon()?.MovedPorts ?? []), StringComparison.Ordinal);
        Assert.NotEqual(before.Port, Home.ReadSettings("pelago-1")!.Port);
    }

    [Fact]
    public async Task A_state_file_that_is_gone_is_missed_and_put_back_nothing_is_lost()
    {
        await StartOnceAsync();
        string kept = _directory["kept"];
        File.Move(State, kept);
        ClusterSettings before = Home.ReadSettings("pelago-1")!;

        ProgramResult result = await DaemonProcess.RunAsync(Home.Root, "run", "--nodes", "2");

        Assert.Equal(before, Home.ReadSettings("pelago-1"));
        Assert.Equal(DaemonExitCode.Failed, result.ExitCode);
        Assert.Contains($"pelagod: the state of cluster pelago-1 is lost: {State} is not there", result.Error, StringComparison.Ordinal);
        Assert.Contains($"Nothing was changed: put a copy of the file back; or begin anew: '{Invocation.Of(Home)} down --purge'", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(State));
        File.Move(kept, State);
        await StartOnceAsync();
    }

    [Fact]
    public async Task A_state_file_that_is_empty_is_missed_until_the_cluster_is_told_to_begin_anew()
    {
        await StartOnceAsync();
        await File.WriteAllBytesAsync(State, [], Cancel);

        ProgramResult result = await DaemonProcess.RunAsync(Home.Root, "run", "--port", "0");

        Assert.Equal(DaemonExitCode.Failed, result.ExitCode);
        Assert.Contains($"{State} is empty", result.Error, StringComparison.Ordinal);
        string credentials = Path.Combine(Home.ClusterDirectory("pelago-1"), "pki");
        Assert.Contains($"'rm -r {credentials}' what was in this one", result.Error, StringComparison.Ordinal);
        Assert.Empty(await File.ReadAllBytesAsync(State, Cancel));
        Directory.Delete(credentials, recursive: true);
        await StartOnceAsync();
    }

    [Fact]
    public async Task A_locked_state_file_names_the_process_that_has_it()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(State)!);
        using var held = new FileStream(State + ".lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        await File.WriteAllTextAsync(State + ".pid", "4711\n", Cancel);

        ProgramResult result = await DaemonProcess.RunAsync(Home.Root, "run", "--port", "0");

        Assert.Equal(DaemonExitCode.Failed, result.ExitCode);
        Assert.Contains($"pelagod: the state file {State} is in use by process 4711. Stop that daemon first", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unreadable_settings_of_a_cluster_are_named_and_kept()
    {
        string settings = Path.Combine(Home.ClusterDirectory("pelago-1"), "cluster.json");
        Directory.CreateDirectory(Path.GetDirectoryName(settings)!);
        await File.WriteAllTextAsync(settings, "{\"name\":", Cancel);

        ProgramResult result = await DaemonProcess.RunAsync(Home.Root, "run", "--port", "0");

        Assert.Equal(DaemonExitCode.Failed, result.ExitCode);
        Assert.Contains($"pelagod: {settings} cannot be read", result.Error, StringComparison.Ordinal);
        Assert.Equal("{\"name\":", await File.ReadAllTextAsync(settings, Cancel));
    }

    /// <summary>Until it is ready; one that does not get there fails the test.</summary>
    private async Task StartOnceAsync()
    {
        await using RunningDaemon daemon = await DaemonProcess.StartAsync(Home);
        await daemon.EndAsync(RunningDaemon.Interrupt);
    }

    private async Task RefusedAsync()
    {
        byte[] damaged = await File.ReadAllBytesAsync(State, Cancel);
        ProgramResult result = await DaemonProcess.RunAsync(Home.Root, "run", "--port", "0");
        Assert.True(result.ExitCode == DaemonExitCode.Failed, result.ToString());
        Assert.Contains($"pelagod: the state file {State} cannot be opened", result.Error, StringComparison.Ordinal);
        Assert.Contains("The file is damaged. It was not changed", result.Error, StringComparison.Ordinal);
        Assert.Contains($"put a copy of the file back, or forget everything in this home: '{Invocation.Of(Home)} down --purge'", result.Error, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(State, Cancel));
    }

    /// <summary>Every page but the first: header and schema are in order, the tables are not.</summary>
    private static byte[] Overwritten(byte[] good)
    {
        byte[] damaged = [.. good];
        for (int at = 4096; at < damaged.Length; at++)
            damaged[at] ^= 0x5a;
        return damaged;
    }

    private static string Fields(ProgramResult check)
    {
        Assert.True(check.ExitCode == 0, check.ToString());
        return check.Output;
    }
}
