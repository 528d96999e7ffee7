// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Kube;
using Pelago.Node.Containerd;
using Pelago.Node.Runtimes;
using Pelago.Node.Tests.Processes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>A containerd of its own for each test, with busybox in it.</summary>
public abstract class ContainerdFixture : RuntimeContract
{
    private static int _instances;
    private readonly int _instance = Interlocked.Increment(ref _instances);
    private bool _skipped = true;

    protected string BridgeName => $"plc{Environment.ProcessId % 100000}x{_instance}";

    internal ContainerdOptions Options => new()
    {
        Directory = Home["containerd"], PodsDirectory = Home["pods"], BridgeName = BridgeName,
        PodNetwork = Cidr4.Parse($"10.235.{_instance % 256}.0/24"), ClusterNetwork = Cidr4.Parse($"10.235.{_instance % 256}.0/24"),
    };

    public override async ValueTask InitializeAsync()
    {
        TestImages.RequireContainerd();
        _skipped = false;
        await base.InitializeAsync();
        await Runtime.Images!.ImportAsync(TestImages.WriteBusybox(Home["busybox.tar"], "docker.io/library/nginx:1.25"), Cancel);
        foreach (string image in new[] { TestImages.Busybox, "nginx:1.25" })
            await Eventually.GetAsync(() => Runtime.Images!.StatusAsync(image, Cancel), status => status is not null, Cancel);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_skipped)
        {
            Home.Dispose();
            return;
        }
        string run = Options.RunDirectory;
        await base.DisposeAsync();
        Assert.False(Directory.Exists(run), $"{run} is left behind");
        Assert.False(Directory.Exists($"/sys/class/net/{BridgeName}"), "the bridge is left behind");
    }

    protected override IPodRuntime Create() => new ContainerdRuntime(Options, new ContainerdTools(), TimeProvider.System, NullLogger.Instance);

    protected override ContainerSpec LongRunning(string name) => Shell(name, "exec sleep 1000");

    protected override ContainerSpec Exiting(string name, int code) => Shell(name, $"exit {code}");

    protected ContainerSpec Shell(string name, string script) => new()
    {
        Name = name, Image = TestImages.Busybox, Command = ["/bin/sh", "-c", script], LogPath = Home[$"logs/{name}/0.log"],
    };

    protected static string Log(ContainerSpec spec) => File.Exists(spec.LogPath) ? LogText.Of(spec.LogPath) : "";
}
