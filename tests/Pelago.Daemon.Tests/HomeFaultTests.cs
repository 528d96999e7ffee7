// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Daemon.State;
using Pelago.Kube;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

/// <summary>Homes that a daemon cannot use as it wants to.</summary>
public sealed class HomeFaultTests : IDisposable
{
    /// <summary>Less than a write-ahead log that is made at its full length.</summary>
    private const int MostBytes = 16 << 20;

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

    [Fact]
    public void Another_home_is_advised_where_the_fault_is_in_this_one_alone()
    {
        string inside = HomeFault.Describe(Home, new UnauthorizedAccessException($"Access to the path '{Home.Root}/clusters' is denied."))!;
        string outside = HomeFault.Describe(Home, new UnauthorizedAccessException($"Access to the path '{Home.Root}-2/clusters' is denied."))!;

        Assert.EndsWith("or choose another home with --home DIR", inside, StringComparison.Ordinal);
        Assert.EndsWith("(chown, chmod) and start again", outside, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_of_the_program_is_no_fault_of_the_home() => Assert.Null(HomeFault.Describe(Home, new ArgumentOutOfRangeException(null, "index is out of range")));

    [Fact]
    public async Task What_a_command_that_starts_nothing_may_not_read_is_said_without_advice_on_starting()
    {
        string clusters = Directory.CreateDirectory(Home.ClustersDirectory).FullName;
        File.SetUnixFileMode(clusters, UnixFileMode.None);

        ProgramResult result = await RunBoundByModesAsync("doctor", "--home", Home.Root);

        File.SetUnixFileMode(clusters, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.True(result.ExitCode == DaemonExitCode.Failed, result.ToString());
        Assert.Matches($"(?m)^pelagod: .*{clusters}.*denied", result.Error);
        Assert.DoesNotContain("nothing was lost", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_of_no_bytes_in_a_file_is_said_at_the_start()
    {
        ProgramResult result = await ProgramRun.RunAsync(
            "prlimit", ["--fsize=0", "env", "DOTNET_EnableWriteXorExecute=0", DaemonProcess.Program, "run", "--port", "0", "--home", Home.Root], null, TimeSpan.FromSeconds(60), Cancel);

        Assert.True(result.ExitCode == DaemonExitCode.Failed, result.ToString());
        Assert.Matches($@"(?m)^pelagod: a file in {Home.Root} has reached the limit of the length of files .*ulimit -f unlimited", result.Error);
    }

    [Fact]
    public async Task The_doctor_reads_the_limit_of_files_that_counts()
    {
        ProgramResult result = await ProgramRun.RunAsync(
            "prlimit", ["--fsize=33554432:unlimited", DaemonProcess.Program, "doctor", "--home", Home.Root], null, TimeSpan.FromSeconds(60), Cancel);

        Assert.Contains("at most 33554432 bytes in a file", result.Output, StringComparison.Ordinal);
        Assert.Contains("* - fsize unlimited", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_may_grow_no_longer_is_a_refused_write_and_not_the_end_of_the_daemon()
    {
        string script = _directory["pelagod"];
        // The runtime keeps the code that it makes in files of memory, which the limit is for too; few limits are so low.
        await File.WriteAllTextAsync(script, $"#!/bin/sh\nexport DOTNET_EnableWriteXorExecute=0\nexec prlimit --fsize={MostBytes} {DaemonProcess.Program} \"$@\"\n", Cancel);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var daemon = new RunningDaemon(script, Home.Root);
        await daemon.StartAsync(Cancel);
        using var api = new HttpKubeApi(Kubeconfig.Load([Home.Kubeconfig], mustExist: true).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
        var maps = new ResourcePath(new GroupVersionResource("", "v1", "configmaps"), "default");
        string padding = new('x', 900_000);

        ApiStatus? refused = null;
        for (int made = 0; refused is null && made * padding.Length <= 2 * MostBytes; made++)
        {
            string map = $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m{{{made}}}"},"data":{"padding":"{{{padding}}}"}}""";
            refused = (await api.CreateAsync(maps, Encoding.UTF8.GetBytes(map), WriteQuery.None, Cancel)).Error;
        }

        Assert.Contains("ulimit -f", refused?.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Home.Root, refused?.Message, StringComparison.Ordinal);
        Assert.True((await api.GetAsync(maps with { Name = "m0" }, Cancel)).IsSuccess, "reads go on");
        Assert.NotNull(Home.ReadDaemon());
    }

    /// <summary>Without what lets root write everywhere.</summary>
    private static Task<ProgramResult> RunBoundByModesAsync(params string[] arguments) => Environment.IsPrivilegedProcess
        ? ProgramRun.RunAsync("setpriv", ["--bounding-set", "-dac_override,-dac_read_search", DaemonProcess.Program, .. arguments], null, TimeSpan.FromSeconds(60), Cancel)
        : ProgramRun.RunAsync(DaemonProcess.Program, arguments, null, TimeSpan.FromSeconds(60), Cancel);
}
