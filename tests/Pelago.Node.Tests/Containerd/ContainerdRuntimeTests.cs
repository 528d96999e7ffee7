// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Runtimes;
using Pelago.TestKit.Node;

namespace Pelago.Node.Tests.Containerd;

/// <summary>The contract of every runtime, with real containers.</summary>
public sealed class ContainerdRuntimeTests : RuntimeContract
{
    private OwnContainerd? _containerd;

    public override async ValueTask InitializeAsync()
    {
        TestImages.RequireContainerd();
        _containerd = new OwnContainerd(Home);
        await base.InitializeAsync();
        await _containerd.ImportAsync(Runtime, Cancel);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_containerd is null)
            return;
        await base.DisposeAsync();
        _containerd.RequireNothingLeft();
    }

    protected override IPodRuntime Create() => _containerd!.Create();

    protected override ContainerSpec LongRunning(string name) => Shell(name, "exec sleep 1000");

    protected override ContainerSpec Exiting(string name, int code) => Shell(name, $"exit {code}");

    private ContainerSpec Shell(string name, string script) => new()
    {
        Name = name, Image = TestImages.Busybox, Command = ["/bin/sh", "-c", script], LogPath = Home[$"logs/{name}/0.log"],
    };
}
