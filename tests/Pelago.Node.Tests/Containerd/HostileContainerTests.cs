// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>Containers that take whatever they can get.</summary>
public sealed class HostileContainerTests : ContainerdScene
{
    private const int Limit = 60;

    // Other tests, beside this one, have pods of other names in the same place.
    private const string Pod = "uid-bomb";

    internal override long PodProcessLimit => Limit;

    [Fact]
    public async Task A_pod_that_forks_without_end_is_held_at_its_limit_and_harms_no_other()
    {
        string hostile = await Runtime.RunPodSandboxAsync(Sandbox("bomb"), Cancel);
        // A shell whose fork is refused ends: the one that forks is not the container's first process, and what it made stays.
        string bomb = await RunAsync(hostile, Shell("bomb", "trap '' TERM; (while :; do sleep 1000 & done); exec sleep 1000"));
        await Eventually.TrueAsync(() => Number(Pod, "pids.current") >= Limit - 5, Cancel);

        string other = await Runtime.RunPodSandboxAsync(Sandbox("b"), Cancel);
        ContainerSpec quiet = Shell("quiet", "echo still here");
        ContainerStatus ended = await ExitedAsync(await RunAsync(other, quiet));

        Assert.Equal((0, "still here\n"), (ended.ExitCode, Log(quiet)));
        Assert.Equal(Limit, Number(Pod, "pids.max"));
        Assert.InRange(Number(Pod, "pids.current"), 1, Limit);
        await Runtime.StopContainerAsync(bomb, TimeSpan.FromSeconds(1), Cancel);
        await Runtime.RemovePodSandboxAsync(hostile, Cancel);
        Assert.DoesNotContain(Groups(), group => group.Contains(Pod, StringComparison.Ordinal));
    }

    private static long Number(string pod, string file) => long.Parse(File.ReadAllText(Path.Combine(Group(pod), file)).Trim(), System.Globalization.CultureInfo.InvariantCulture);

    private static string Group(string pod) => Groups().Single(group => group.EndsWith($"/pelago/{pod}", StringComparison.Ordinal) && File.Exists(Path.Combine(group, "pids.max")));

    private static IEnumerable<string> Groups() => File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).Where(fields => fields.Contains("cgroup") || fields.Contains("cgroup2"))
        .Select(fields => Path.Combine(fields[4], "pelago")).Where(Directory.Exists).SelectMany(parent => Directory.GetDirectories(parent));
}
