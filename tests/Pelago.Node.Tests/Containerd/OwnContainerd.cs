// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Kube;
using Pelago.Node.Containerd;
using Pelago.Node.Logs;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>A containerd for one test: its directories, its network, and that nothing of it is left behind.</summary>
internal sealed class OwnContainerd(TemporaryDirectory home)
{
    private static int _instances;
    private readonly int _instance = Interlocked.Increment(ref _instances);

    public ContainerdOptions Options => new()
    {
        Directory = home["containerd"], PodsDirectory = home["pods"], BridgeName = $"plc{Environment.ProcessId % 100000}x{_instance}",
        LogRotation = Rotation, PodProcessLimit = PodProcessLimit, BetweenLists = TimeSpan.FromMilliseconds(500),
        PodNetwork = Cidr4.Parse($"10.235.{_instance % 256}.0/24"), ClusterNetwork = Cidr4.Parse($"10.235.{_instance % 256}.0/24"),
    };

    public LogRotation Rotation { get; set; } = new();

    public long PodProcessLimit { get; set; } = 4096;

    public IPodRuntime Create() => new ContainerdRuntime(Options, new ContainerdTools(), TimeProvider.System, NullLogger.Instance);

    public async Task ImportAsync(IPodRuntime runtime, CancellationToken cancel)
    {
        await runtime.Images!.ImportFileAsync(TestImages.WriteBusybox(home["busybox.tar"], "docker.io/library/nginx:1.25"), cancel);
    }

    public void RequireNothingLeft()
    {
        Assert.False(Directory.Exists(Options.RunDirectory), $"{Options.RunDirectory} is left behind");
        Assert.False(Directory.Exists($"/sys/class/net/{Options.BridgeName}"), "the bridge is left behind");
    }
}
