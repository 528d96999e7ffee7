// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Cli.Tests.Packages.Ours;
using Pelago.TestKit.Processes;
using Xunit;

[assembly: AssemblyFixture(typeof(Pelago.Cli.Tests.Clusters.GivenCluster))]

namespace Pelago.Cli.Tests.Clusters;

/// <summary>
/// What tests of the trait Cluster=Given run on: the real Kubernetes that PELAGO_TEST_KUBECONFIG names, with hub and agents installed there once for all of
/// them, or else an embedded engine of the runtime in PELAGO_TEST_RUNTIME, which each test starts. The images of a real one are brought to the containerd
/// of its node on this machine.
/// </summary>
public sealed class GivenCluster : IAsyncLifetime
{
    private const string Socket = "/run/realkube/containerd.sock";
    private const string Definition = "installations.packages.pelago.dev";
    private static readonly string? Given = Environment.GetEnvironmentVariable("PELAGO_TEST_KUBECONFIG");
    private static readonly TimeSpan ImportLimit = TimeSpan.FromMinutes(3);
    private readonly TemporaryDirectory _work = new();
    private readonly LocalHome _home = new();
    private readonly Lock _gate = new();
    private Task? _installing;

    public static bool IsReal => !string.IsNullOrEmpty(Given);

    public static bool HasContainers => !IsReal && LocalHome.Runtime == "containerd";

    /// <summary>True where pods run from images, with nothing of this machine in them.</summary>
    public static bool HasImages => IsReal || HasContainers;

    /// <summary>An image with a shell; a label for pods that are processes.</summary>
    public static string Shell => "docker.io/realkube/busybox:1";

    public static string Kubeconfig => Path.GetFullPath(Given!);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Why the images of tests cannot be brought to the nodes; null when they can.</summary>
    public static string? Missing() => IsReal && !File.Exists(Socket) ? "images are brought to a node's containerd on this machine, which this cluster has none of" : null;

    public ValueTask InitializeAsync()
    {
        // Homes without clusters of their own mean it then.
        if (IsReal)
            Environment.SetEnvironmentVariable("KUBECONFIG", Kubeconfig);
        return ValueTask.CompletedTask;
    }

    /// <summary>Installs Pelago on the real Kubernetes, with packages, unless it is done.</summary>
    public Task InstallAsync()
    {
        lock (_gate)
            return _installing ??= InstallOnceAsync();
    }

    /// <summary>Imports an archive of images, or removes images, on the node.</summary>
    internal static Task<ProgramResult> ContainerdAsync(params string[] arguments) =>
        ProgramRun.RunAsync("ctr", ["-a", Socket, "-n", "k8s.io", "images", .. arguments], null, ImportLimit, Cancel);

    public async ValueTask DisposeAsync()
    {
        if (_installing is not null)
        {
            await _home.RunAsync("uninstall", "--kubeconfig", Kubeconfig);
            await ProgramRun.RunAsync("kubectl", ["--kubeconfig", Kubeconfig, "delete", "crd", Definition, "--ignore-not-found"], null, ImportLimit, Cancel);
            await ContainerdAsync("rm", PackageImages.PelagoName);
        }

        await _home.DisposeAsync();
        _work.Dispose();
    }

    private async Task InstallOnceAsync()
    {
        await PackageImages.BringPelagoAsync(_home, _work, file => ContainerdAsync("import", file));
        ProgramResult result = await _home.RunAsync("install", "--packages", "--image", PackageImages.PelagoName, "--containerd-socket", Socket, "--timeout", "200", "--kubeconfig", Kubeconfig);
        Assert.True(result.ExitCode == 0, result.ToString());
    }
}
