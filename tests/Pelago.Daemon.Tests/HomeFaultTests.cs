// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Client;
using Pelago.Client.Local;
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
        Assert.True((await api.GetAsync(maps with { Name = "m0" }, Cancel)).IsSuccess, "reads go on");
        Assert.NotNull(Home.ReadDaemon());
    }

    /// <summary>Without what lets root write everywhere.</summary>
    private static Task<ProgramResult> RunBoundByModesAsync(params string[] arguments) => Environment.IsPrivilegedProcess
        ? ProgramRun.RunAsync("setpriv", ["--bounding-set", "-dac_override,-dac_read_search", DaemonProcess.Program, .. arguments], null, TimeSpan.FromSeconds(60), Cancel)
        : ProgramRun.RunAsync(DaemonProcess.Program, arguments, null, TimeSpan.FromSeconds(60), Cancel);
}
