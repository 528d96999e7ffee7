// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

/// <summary>On a small file system of its own, which takes root.</summary>
public sealed class FullDiskTests : IAsyncDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryDirectory _directory = new();

    private string Mount => _directory["disk"];

    private PelagoHome Home => new(Path.Combine(Mount, "home"));

    [Fact]
    public async Task A_start_on_a_full_disk_says_so_and_goes_on_when_there_is_space()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a small file system takes root");
        await MountAsync("size=256k");

        ProgramResult full = await DaemonProcess.RunAsync(Home.Root, "run", "--port", "0");

        Assert.True(full.ExitCode == DaemonExitCode.Failed, full.ToString());
        Assert.Matches("pelagod: .*(no space left|has space|disk is full)", full.Error);
        await MountAsync("remount,size=200m");
        await using RunningDaemon daemon = await DaemonProcess.StartAsync(Home);
        Assert.NotNull(Home.ReadDaemon());
    }

    [Fact]
    public async Task What_was_there_before_the_disk_filled_is_there_afterwards()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a small file system takes root");
        await MountAsync("size=80m");
        await using (RunningDaemon daemon = await DaemonProcess.StartAsync(Home))
        {
            Fill();
            await daemon.EndAsync(RunningDaemon.KillSignal);
        }

        string state = Home.ClusterStateFile("pelago-1");
        ProgramResult check = await DaemonProcess.RunAsync(Home.Root, "store", "check", state);
        Assert.True(check.ExitCode == 0, check.ToString());
        File.Delete(Path.Combine(Mount, "filler"));
        await using RunningDaemon again = await DaemonProcess.StartAsync(Home);
        Assert.NotNull(Home.ReadDaemon());
    }

    [Fact]
    public async Task A_disk_that_cannot_be_written_is_called_that()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a small file system takes root");
        await MountAsync("size=1m");
        Directory.CreateDirectory(Home.ClusterDirectory("pelago-1"));
        await MountAsync("remount,ro");

        ProgramResult result = await DaemonProcess.RunAsync(Home.Root, "run", "--port", "0");

        Assert.True(result.ExitCode == DaemonExitCode.Failed, result.ToString());
        Assert.StartsWith($"pelagod: the disk of {Home.Root} cannot be written (", result.Error, StringComparison.Ordinal);
        Assert.Contains("make it writable and start again, or choose another home with --home DIR", result.Error, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Mount))
            await ProgramRun.RunAsync("umount", ["-l", Mount], null, TimeSpan.FromSeconds(10), CancellationToken.None);
        _directory.Dispose();
    }

    private async Task MountAsync(string options)
    {
        Directory.CreateDirectory(Mount);
        ProgramResult mounted = await ProgramRun.RunAsync("mount", ["-t", "tmpfs", "-o", options, "none", Mount], null, TimeSpan.FromSeconds(10), Cancel);
        Assert.True(mounted.ExitCode == 0, mounted.ToString());
    }

    private void Fill()
    {
        using var file = new FileStream(Path.Combine(Mount, "filler"), FileMode.Create, FileAccess.Write, FileShare.Read, 0);
        byte[] block = new byte[4096];
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
