// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using Pelago.Node.Runtimes;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>What containers may do, and what they share when they are told to.</summary>
public sealed class IsolationTests : ContainerdScene
{
    [Theory]
    [InlineData(false, "2")]
    [InlineData(true, "0")]
    public async Task System_calls_are_filtered_unless_it_is_asked_otherwise(bool unconfined, string mode)
    {
        ContainerSpec spec = Shell("main", "awk '/^Seccomp:/ { print $2 }' /proc/self/status") with
        {
            Identity = new ContainerIdentity { SystemCalls = new SystemCallFilter { Unconfined = unconfined } },
        };

        Assert.Equal($"{mode}\n", await OutputAsync(Sandbox("a"), spec));
    }

    [Fact]
    public async Task A_profile_of_the_node_decides_which_calls_are_allowed()
    {
        File.WriteAllText(Home["no-mkdir.json"], """
            {"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}
            """);
        ContainerSpec spec = Shell("main", "mkdir /new 2>/dev/null || echo refused; touch /file && echo made") with
        {
            Identity = new ContainerIdentity { SystemCalls = new SystemCallFilter { File = Home["no-mkdir.json"] } },
        };

        Assert.Equal("refused\nmade\n", await OutputAsync(Sandbox("a"), spec));
    }

    [Theory]
    [InlineData(true, "seen\n")]
    [InlineData(false, "alone\n")]
    public async Task Containers_see_each_others_processes_only_in_a_pod_that_shares_them(bool shared, string seen)
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a") with { SharedProcesses = shared }, Cancel);
        await RunAsync(sandbox, Shell("other", "exec sleep 4711"));
        ContainerSpec spec = Shell("main", "grep -q 471[1] /proc/[0-9]*/cmdline && echo seen || echo alone");

        await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal(seen, Log(spec));
    }

    [Fact]
    public async Task A_later_mount_of_the_host_is_seen_only_where_it_is_passed_on()
    {
        Directory.CreateDirectory(Home["shared"]);
        Host("mount", "-t", "tmpfs", "shared", Home["shared"]);
        try
        {
            Host("mount", "--make-rshared", Home["shared"]);
            string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
            string own = await RunAsync(sandbox, LongRunning("own") with { Mounts = [new(Home["shared"], "/mnt", true)] });
            string passed = await RunAsync(sandbox, LongRunning("passed") with { Mounts = [new(Home["shared"], "/mnt", true) { Propagation = MountPropagation.HostToContainer }] });
            Directory.CreateDirectory(Home["shared/later"]);
            Host("mount", "-t", "tmpfs", "later", Home["shared/later"]);
            File.WriteAllText(Home["shared/later/f"], "late");

            Assert.Equal("", (await TryRunAsync(own, "cat", "/mnt/later/f")).Output);
            Assert.Equal("late", (await TryRunAsync(passed, "cat", "/mnt/later/f")).Output);
            await Runtime.RemovePodSandboxAsync(sandbox, Cancel);
        }
        finally
        {
            Host("umount", "-R", Home["shared"]);
        }
    }

    private async Task<string> OutputAsync(PodSandboxSpec pod, ContainerSpec spec)
    {
        await ExitedAsync(await RunAsync(await Runtime.RunPodSandboxAsync(pod, Cancel), spec));
        return Log(spec);
    }

    private static void Host(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
