// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Containerd;
using Pelago.Node.Logs;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>A runtime over a containerd of its own, with busybox in it.</summary>
public abstract class ContainerdScene : IAsyncLifetime
{
    private OwnContainerd? _containerd;
    private IPodRuntime? _runtime;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected TemporaryDirectory Home { get; } = new();

    protected IPodRuntime Runtime => _runtime!;

    internal virtual LogRotation Rotation => new();

    internal virtual long PodProcessLimit => 4096;

    internal ContainerdOptions Options => _containerd!.Options;

    public async ValueTask InitializeAsync()
    {
        TestImages.RequireContainerd();
        _containerd = new OwnContainerd(Home) { Rotation = Rotation, PodProcessLimit = PodProcessLimit };
        _runtime = _containerd.Create();
        await _runtime.RecoverAsync(Cancel);
        await _containerd.ImportAsync(_runtime, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_runtime is not null)
        {
            foreach (PodSandboxStatus sandbox in await Runtime.ListPodSandboxesAsync(podUid: null, CancellationToken.None))
                await Runtime.RemovePodSandboxAsync(sandbox.Id, CancellationToken.None);
            await Runtime.DisposeAsync();
            _containerd!.RequireNothingLeft();
        }
        Home.Dispose();
    }

    protected static PodSandboxSpec Sandbox(string name) => new() { Namespace = "default", Name = $"pod-{name}", Uid = $"uid-{name}", Hostname = $"pod-{name}" };

    protected ContainerSpec Shell(string name, string script) => new()
    {
        Name = name, Image = TestImages.Busybox, Command = ["/bin/sh", "-c", script], LogPath = Home[$"logs/{name}/0.log"],
    };

    protected ContainerSpec LongRunning(string name) => Shell(name, "exec sleep 1000");

    protected static string Log(ContainerSpec spec) => File.Exists(spec.LogPath) ? Processes.LogText.Of(spec.LogPath) : "";

    protected async Task<ContainerStatus> StatusAsync(string id) => (await Runtime.ContainerStatusAsync(id, Cancel))!;

    protected Task<ContainerStatus> ExitedAsync(string id) =>
        Eventually.GetAsync(() => StatusAsync(id), status => status.State == ContainerState.Exited, Cancel);

    protected async Task<string> RunAsync(string sandbox, ContainerSpec spec)
    {
        string id = await Runtime.CreateContainerAsync(sandbox, spec, Cancel);
        await Runtime.StartContainerAsync(id, Cancel);
        return id;
    }

    /// <summary>Runs a further command to its end; -1 while the runtime cannot.</summary>
    protected async Task<(int Code, string Output, string Errors)> TryRunAsync(string container, params string[] command)
    {
        try
        {
            await using IProcessSession session = await Runtime.ExecAsync(container, new ExecSpec { Command = command }, Cancel);
            Task<string> output = ReadAsync(session.Stdout!), errors = ReadAsync(session.Stderr!);
            return (await session.WaitAsync(Cancel), await output, await errors);
        }
        catch (Exception fault) when (fault is RuntimeException or Grpc.Core.RpcException)
        {
            return (-1, "", fault.Message);
        }
    }

    protected static async Task<string> ReadAsync(Stream stream) => await new StreamReader(stream).ReadToEndAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);

    protected async Task RestartAsync()
    {
        await Runtime.DisposeAsync();
        _runtime = _containerd!.Create();
        await _runtime.RecoverAsync(Cancel);
    }
}
