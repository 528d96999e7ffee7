// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Node.Logs;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>Logs that containerd writes.</summary>
public sealed class LogTests : ContainerdScene
{
    private const int Lines = 3000;

    [Fact]
    public async Task A_log_that_somebody_removes_goes_on_in_a_new_file()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "while :; do echo line; sleep 0.05; done");
        await RunAsync(sandbox, spec);
        await Eventually.TrueAsync(() => Log(spec).Contains("line", StringComparison.Ordinal), Cancel);

        File.Delete(spec.LogPath);

        await Eventually.TrueAsync(() => File.Exists(spec.LogPath) && Log(spec).Contains("line", StringComparison.Ordinal), Cancel);
    }

    internal override LogRotation Rotation => new(MaxBytes: 32 * 1024, MaxFiles: 100);

    [Fact]
    public async Task A_follower_gets_every_line_once_over_rotations()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", $"i=0; while [ $i -lt {Lines} ]; do echo line $i; i=$((i+1)); [ $((i % 300)) = 0 ] && sleep 0.4; done; sleep 1");
        var output = new MemoryStream();
        var reader = new LogReader(spec.LogPath, new LogQuery { Follow = true }, new LogSignals(TimeProvider.System, TimeSpan.FromMilliseconds(20)));

        string id = await RunAsync(sandbox, spec);
        Task ended = ExitedAsync(id);
        await reader.WriteToAsync(output, ended, Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        await ended;

        Assert.Equal(string.Concat(Enumerable.Range(0, Lines).Select(i => $"line {i}\n")), Encoding.UTF8.GetString(output.ToArray()));
        Assert.NotEmpty(LogFiles.Rotated(spec.LogPath));
    }
}
