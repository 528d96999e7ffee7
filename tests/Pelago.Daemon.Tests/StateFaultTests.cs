// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

public sealed class StateFaultTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryDirectory _directory = new();

    private PelagoHome Home => new(_directory["home"]);

    private string State => Path.Combine(Home.ClusterDirectory("pelago-1"), "state.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_damaged_state_file_stays_as_it_is_and_a_copy_of_the_good_one_goes_on()
    {
        await using (RunningDaemon daemon = await DaemonProcess.StartAsync(Home))
            await daemon.EndAsync(RunningDaemon.Interrupt);
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

    private async Task RefusedAsync()
    {
        byte[] damaged = await File.ReadAllBytesAsync(State, Cancel);
        ProgramResult result = await DaemonProcess.RunAsync(Home.Root, "run", "--port", "0");
        Assert.True(result.ExitCode == DaemonExitCode.Failed, result.ToString());
        Assert.Contains($"pelagod: the state file {State} cannot be opened", result.Error, StringComparison.Ordinal);
        Assert.Contains("The file is damaged. It was not changed", result.Error, StringComparison.Ordinal);
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
