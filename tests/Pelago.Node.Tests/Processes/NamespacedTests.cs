// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pelago.Node.Processes;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Processes;

/// <summary>Pods with namespaces of their own. Needs root.</summary>
public sealed class NamespacedTests : ProcessRuntimeContract
{
    protected override bool Namespaces => true;

    public override ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.UserName == "root", "namespaces need root");
        return base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Assert.False(Directory.Exists($"/sys/class/net/{BridgeName}"), "the bridge is left behind");
    }

    [Fact]
    public async Task A_pods_weight_beside_others_is_that_of_its_requests()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("weighed") with { CpuShares = 512 }, Cancel);
        await RunAsync(sandbox, Shell("main", "exec sleep 1000"));

        string[] weights = [.. ControlGroups.Find(File.ReadLines("/proc/self/mountinfo"))!.Roots
            .SelectMany(root => new[] { "cpu.shares", "cpu.weight" }.Select(file => Path.Combine(root, ControlGroups.PathOf("uid-weighed").TrimStart('/'), file)))
            .Where(File.Exists).Select(file => File.ReadAllText(file).Trim()).Distinct()];

        Assert.Equal(weights is ["512"] ? "512" : "20", Assert.Single(weights)); // of version 2: 1 to 10000 for 2 to 262144
    }

    /// <summary>A script that says a line to whoever connects; perl is where git is.</summary>
    private static string Serving(string line, int port) =>
        $$"""exec perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => {{port}}, Listen => 5) or die; while ($c = $s->accept) { print $c "{{line}}\n"; close $c }'""";

    [Fact]
    public async Task Pods_listen_on_the_same_port_and_are_reached_by_their_addresses()
    {
        string one = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string two = await Runtime.RunPodSandboxAsync(Sandbox("b"), Cancel);
        foreach ((string sandbox, string name) in new[] { (one, "a"), (two, "b") })
            await RunAsync(sandbox, Shell(name, Serving($"I am {name}", 80)));

        foreach ((string sandbox, string name) in new[] { (one, "a"), (two, "b") })
        {
            string address = (await Runtime.PodSandboxStatusAsync(sandbox, Cancel))!.Address;
            string answer = await Eventually.GetAsync(() => AskAsync(address, 80), text => text.Length > 0, Cancel);
            Assert.Equal($"I am {name}\n", answer);
        }
    }

    [Fact]
    public async Task Containers_of_a_pod_share_the_network_and_the_name_but_not_processes()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("one", "hostname; cat /etc/hostname; ls /proc | grep -c '^[0-9]*$'; ls /sys/class/net >/dev/null; cat /proc/net/dev | grep -c eth0");

        await ExitedAsync(await RunAsync(sandbox, spec));

        // The supervisor, the shell, ls and grep.
        Assert.Equal("pod-a\npod-a\n4\n1\n", Log(spec));
    }

    [Fact]
    public async Task Volumes_are_at_their_paths_even_where_the_host_has_none()
    {
        Directory.CreateDirectory(Home["volume"]);
        File.WriteAllText(Home["volume/f"], "content\n");
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        const string Script = "cat /no/such/place/f /etc/passwd.d/f; echo x >/no/such/place/g; (echo y >/etc/passwd.d/h) 2>/dev/null || echo refused";
        ContainerSpec spec = Shell("main", Script) with
        {
            Mounts =
            [
                new ContainerMount(Home["volume"], "/no/such/place", false, "v"),
                new ContainerMount(Home["volume"], "/etc/passwd.d", true, "v"),
            ],
        };
        await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal("content\ncontent\nrefused\n", Log(spec));
        Assert.Equal("x\n", File.ReadAllText(Home["volume/g"]));
        Assert.False(Directory.Exists("/no"));
    }

    [Fact]
    public async Task Files_of_the_host_are_seen_and_not_changed()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string name = $"/etc/pelago-{Guid.NewGuid():N}";
        ContainerSpec spec = Shell("main", $"test -s /etc/passwd && echo seen; echo new >{name}; cat {name}; ls -A {Home.Path} 2>/dev/null");

        await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal("seen\nnew\n", Log(spec));
        Assert.False(File.Exists(name));
    }

    [Fact]
    public async Task A_volume_whose_mount_path_leads_through_a_link_stays_in_the_container()
    {
        Directory.CreateDirectory(Home["volume"]);
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string name = $"pelago-{Guid.NewGuid():N}";
        ContainerSpec spec = Shell("main", $"ls -d /run/{name}") with { Mounts = [new ContainerMount(Home["volume"], $"/var/run/{name}", false, "v")] };

        await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal($"/run/{name}\n", Log(spec));
        Assert.False(Directory.Exists($"/run/{name}"));
    }

    [Fact]
    public async Task Volumes_inside_of_volumes_are_there_by_every_name_of_their_place()
    {
        foreach (string volume in new[] { "outer", "outer/inner", "token", "run" })
            Directory.CreateDirectory(Home[volume]);
        File.WriteAllText(Home["token/t"], "secret\n");
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        const string Script = "cat /var/run/deep/t /outer/inner/t; echo x >/outer/made; (echo y >/outer/inner/no) 2>/dev/null || echo refused";
        ContainerSpec spec = Shell("main", Script) with
        {
            Mounts =
            [
                new ContainerMount(Home["run"], "/run", false, "run"), new ContainerMount(Home["token"], "/var/run/deep", true, "token"),
                new ContainerMount(Home["outer"], "/outer/", false, "outer"), new ContainerMount(Home["token"], "/outer/inner", true, "token"),
            ],
        };

        await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal("secret\nsecret\nrefused\n", Log(spec));
        Assert.Equal("x\n", File.ReadAllText(Home["outer/made"]));
    }

    [Fact]
    public async Task A_volume_that_cannot_be_mounted_is_named()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        Directory.CreateDirectory(Home["volume"]);
        ContainerSpec spec = Shell("main", "true") with { Mounts = [new ContainerMount(Home["gone"], "/gone", false, "left"), new ContainerMount(Home["volume"], "/there", false, "v")] };

        var fault = await Assert.ThrowsAsync<RuntimeException>(() => RunAsync(sandbox, spec));

        Assert.StartsWith("volume left at /gone could not be mounted: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_of_the_host_is_not_the_containers()
    {
        string name = $"pelago-{Guid.NewGuid():N}";
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", $"echo x >/dev/shm/{name}; cat /dev/shm/{name}; ls -d /.pelago* 2>/dev/null");

        await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal("x\n", Log(spec));
        Assert.False(File.Exists($"/dev/shm/{name}"));
    }

    [Fact]
    public async Task A_container_runs_as_the_user_it_asks_for()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "id -u; id -g; id -G; touch here && echo writable; echo again >/dev/stdout") with
        {
            Identity = new ContainerIdentity { User = 1234, Group = 2345, SupplementalGroups = [3456] },
        };

        await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal("1234\n2345\n2345 3456\nwritable\nagain\n", Log(spec));
    }

    [Fact]
    public async Task A_container_beyond_its_memory_limit_is_OOMKilled()
    {
        Assert.SkipUnless(Directory.Exists("/sys/fs/cgroup/memory") || File.Exists("/sys/fs/cgroup/cgroup.controllers"), "no memory control group");
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "exec awk 'BEGIN { s = \"x\"; while (1) s = s s }'") with { Resources = new ContainerResources { MemoryLimit = 32 << 20 } };

        ContainerStatus status = await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal((137, "OOMKilled"), (status.ExitCode, status.Reason));
    }

    [Fact]
    public async Task An_exec_is_in_the_groups_of_its_container_from_the_beginning()
    {
        const int Times = 20;
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a") with { HostPid = true }, Cancel);
        string id = await RunAsync(sandbox, Shell("main", "exec sleep 1000"));

        for (int i = 0; i < Times; i++)
        {
            await using IProcessSession session = await Runtime.ExecAsync(id, new ExecSpec { Command = ["cat", "/proc/self/cgroup"], Stdout = true }, Cancel);
            string groups = await new StreamReader(session.Stdout!).ReadToEndAsync(Cancel);
            Assert.Contains(groups.Split('\n'), line => line.EndsWith($"/pelago/uid-a/{id}", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Libraries_that_a_container_names_are_loaded_by_its_program_alone()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "") with
        {
            Command = ["sleep", "1000"],
            Environment = [new("LD_PRELOAD", "/no/such/library"), new("PWD", "/its/own"), new("a.b", "c"), new("OPTIND", "none")],
            Identity = new ContainerIdentity { User = 1234 },
        };
        string id = await RunAsync(sandbox, spec);
        await using IProcessSession session = await Runtime.ExecAsync(id, new ExecSpec { Command = ["cat", "/proc/self/environ"], Stdout = true, Stderr = true }, Cancel);

        string[] variables = (await new StreamReader(session.Stdout!).ReadToEndAsync(Cancel)).Split('\0');
        string complaints = await new StreamReader(session.Stderr!).ReadToEndAsync(Cancel);

        foreach (string given in new[] { "LD_PRELOAD=/no/such/library", "PWD=/its/own", "a.b=c", "OPTIND=none" })
            Assert.Contains(given, variables);
        Assert.Equal(1, Complaints(complaints)); // that of cat
        await Eventually.TrueAsync(() => Complaints(Log(spec)) > 0, Cancel);
        Assert.Equal(1, Complaints(Log(spec))); // that of sleep

        static int Complaints(string text) => text.Split('\n').Count(line => line.Contains("/no/such/library", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connection_reaches_what_listens_on_the_pods_loopback()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        await RunAsync(sandbox, Shell("main", Serving("inside", 8080)));

        string answer = await Eventually.GetAsync(
            async () =>
            {
                try
                {
                    await using Stream stream = await Runtime.ConnectAsync(sandbox, 8080, Cancel);
                    return await new StreamReader(stream).ReadToEndAsync(Cancel);
                }
                catch (SocketException)
                {
                    return "";
                }
            },
            text => text.Length > 0, Cancel);

        Assert.Equal("inside\n", answer);
    }

    [Fact]
    public async Task With_the_hosts_network_there_is_no_address_and_volumes_still_are_at_their_paths()
    {
        Directory.CreateDirectory(Home["volume"]);
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a") with { HostNetwork = true }, Cancel);
        ContainerSpec spec = Shell("main", "ls -d /pelago-data; readlink /proc/self/ns/net") with { Mounts = [new ContainerMount(Home["volume"], "/pelago-data", false, "v")] };

        await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal("", (await Runtime.PodSandboxStatusAsync(sandbox, Cancel))!.Address);
        Assert.Equal($"/pelago-data\n{new FileInfo("/proc/self/ns/net").LinkTarget}\n", Log(spec));
    }

    [Fact]
    public async Task A_pod_that_asks_for_all_of_the_host_has_it_as_it_is_and_no_control_group_unless_it_is_limited()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(
            Sandbox("a") with { HostNetwork = true, HostPid = true, HostIpc = true, Privileged = true, OnHost = true }, Cancel);
        const string Script = "for n in mnt pid net ipc uts; do readlink /proc/self/ns/$n; done; grep -c pelago /proc/self/cgroup";
        ContainerSpec free = Shell("free", Script);
        ContainerSpec limited = Shell("limited", Script) with { Resources = new ContainerResources { ProcessLimit = 100 } };

        await ExitedAsync(await RunAsync(sandbox, free));
        await ExitedAsync(await RunAsync(sandbox, limited));

        string host = string.Concat(((string[])["mnt", "pid", "net", "ipc", "uts"]).Select(name => new FileInfo($"/proc/self/ns/{name}").LinkTarget + "\n"));
        Assert.False((await Runtime.PodSandboxStatusAsync(sandbox, Cancel))!.HasOwnRoot);
        Assert.Equal(host + "0\n", Log(free));
        Assert.StartsWith(host, Log(limited), StringComparison.Ordinal);
        Assert.NotEqual(host + "0\n", Log(limited));
    }

    [Fact]
    public async Task A_pod_that_has_the_address_of_one_before_is_reached_at_once()
    {
        await Runtime.RunPodSandboxAsync(Sandbox("keeps-the-bridge"), Cancel);
        string before = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string address = (await Runtime.PodSandboxStatusAsync(before, Cancel))!.Address;
        SocketError first = await KnockAsync(address);
        await Runtime.RemovePodSandboxAsync(before, Cancel);

        // Another daemon gives addresses out from the first one on.
        await RestartAsync();
        string after = await Runtime.RunPodSandboxAsync(Sandbox("b"), Cancel);

        Assert.Equal(address, (await Runtime.PodSandboxStatusAsync(after, Cancel))!.Address);
        Assert.Equal((SocketError.ConnectionRefused, SocketError.ConnectionRefused), (first, await KnockAsync(address)));
    }

    /// <summary>What a port answers that nothing listens on: the pod is there when it refuses.</summary>
    private static async Task<SocketError> KnockAsync(string address)
    {
        const int Nobody = 9;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(4));
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(address), Nobody, patience.Token);
            return SocketError.Success;
        }
        catch (SocketException answer)
        {
            return answer.SocketErrorCode;
        }
        catch (OperationCanceledException)
        {
            return SocketError.TimedOut;
        }
    }

    private static async Task<string> AskAsync(string address, int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(address), port, Cancel);
            byte[] buffer = new byte[100];
            int count = await socket.ReceiveAsync(buffer, Cancel);
            return Encoding.ASCII.GetString(buffer, 0, count);
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
