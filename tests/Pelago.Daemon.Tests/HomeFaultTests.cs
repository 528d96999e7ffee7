// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

/// <summary>Homes that a daemon cannot use as it wants to.</summary>
public sealed class HomeFaultTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryDirectory _directory = new();

    private PelagoHome Home => new(_directory["home"]);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_directory_of_a_cluster_that_may_not_be_written_is_said_with_whom_and_how_to_go_on()
    {
        string cluster = Directory.CreateDirectory(Home.ClusterDirectory("pelago-1")).FullName;
        File.SetUnixFileMode(cluster, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        ProgramResult result = await RunBoundByModesAsync("run", "--port", "0", "--runtime", "process", "--home", Home.Root);

        File.SetUnixFileMode(cluster, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.True(result.ExitCode == DaemonExitCode.Failed, result.ToString());
        Assert.Matches($@"(?m)^pelagod: user {UnixFile.CurrentUser} may not use a file that is needed \(.*{cluster}/.*denied\); nothing was lost: give its directory to this user .* or choose another home", result.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cluster));
    }

    /// <summary>Without what lets root write everywhere.</summary>
    private static Task<ProgramResult> RunBoundByModesAsync(params string[] arguments) => Environment.IsPrivilegedProcess
        ? ProgramRun.RunAsync("setpriv", ["--bounding-set", "-dac_override,-dac_read_search", DaemonProcess.Program, .. arguments], null, TimeSpan.FromSeconds(60), Cancel)
        : ProgramRun.RunAsync(DaemonProcess.Program, arguments, null, TimeSpan.FromSeconds(60), Cancel);
}
