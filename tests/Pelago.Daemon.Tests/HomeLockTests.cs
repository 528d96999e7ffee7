// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;
using Pelago.Daemon.State;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

public sealed class HomeLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private PelagoHome Home => new(_directory["home"]);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_home_has_one_holder_at_a_time_and_says_who()
    {
        using (HomeLock? first = HomeLock.TryTake(Home))
        {
            Assert.NotNull(first);
            Assert.Null(HomeLock.TryTake(Home));
            Assert.Equal(Environment.ProcessId, Home.ReadHolder());
        }

        Assert.Null(Home.ReadHolder());
        using HomeLock? next = HomeLock.TryTake(Home);
        Assert.NotNull(next);
    }

    [Fact]
    public void A_holder_that_is_gone_is_no_holder_though_its_file_is_there_and_its_pid_in_use()
    {
        Directory.CreateDirectory(Home.Root);
        File.WriteAllText(Home.HolderFile, $"{Environment.ProcessId} 1\n");

        Assert.Null(Home.ReadHolder());
    }

    [Fact]
    public async Task A_second_daemon_names_the_first_and_ends_with_a_code_of_its_own()
    {
        using HomeLock? held = HomeLock.TryTake(Home);

        ProgramResult second = await DaemonProcess.RunAsync(Home.Root, "run");

        Assert.Equal(DaemonExitCode.HomeTaken, second.ExitCode);
        Assert.Equal($"pelagod: another pelagod (pid {Environment.ProcessId}) has {Home.Root}: 'pelago --home {Home.Root} down' ends it, '--home DIR' starts one elsewhere\n", second.Error);
    }
}
