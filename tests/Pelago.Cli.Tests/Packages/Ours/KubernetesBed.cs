// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Packages.Ours;

/// <summary>
/// A real Kubernetes as packages need it: images in the containerd of its node on this machine, <c>pelago install --packages</c>, and volumes, which nobody
/// provides on a bare one. All of it goes again.
/// </summary>
internal sealed class KubernetesBed(string kubeconfig, LocalHome home, TemporaryDirectory work) : IAsyncDisposable
{
    private const string Socket = "/run/realkube/containerd.sock";
    private const string Definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/installations.packages.pelago.dev";
    private static readonly TimeSpan ImportLimit = TimeSpan.FromMinutes(3);
    private readonly List<string> _volumes = [];
    private readonly HttpKubeApi _api = new(Client.Kubeconfig.Load([kubeconfig], mustExist: true).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
    private bool _installed;

    public string Kubeconfig { get; } = kubeconfig;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Null when packages can be installed, else why not.</summary>
    public async Task<string?> StartAsync(IReadOnlyList<string> names)
    {
        if (!File.Exists(Socket))
            return "images are brought to a node's containerd on this machine, which this cluster has none of";
        Task<string?> software = PackageImages.BringSoftwareAsync(file => ContainerdAsync("import", file));
        await PackageImages.BringPelagoAsync(home, work, file => ContainerdAsync("import", file));
        _installed = true;
        await PelagoAsync("install", "--packages", "--image", PackageImages.PelagoName, "--containerd-socket", Socket, "--timeout", "120");
        foreach (string name in names)
            await AddVolumeAsync($"our-{name}");
        return await software;
    }

    public async ValueTask DisposeAsync()
    {
        if (_installed)
        {
            await home.RunAsync("package", "uninstall", "origin", "--yes", "--kubeconfig", Kubeconfig); // not there when the start of all failed
            await PelagoAsync("uninstall");
            await _api.RawAsync(System.Net.Http.HttpMethod.Delete, Definition, "application/json", null, "application/json", Cancel);
            foreach (string volume in _volumes)
                await _api.RawAsync(System.Net.Http.HttpMethod.Delete, $"/api/v1/persistentvolumes/{volume}", "application/json", null, "application/json", Cancel);
        }

        await ContainerdAsync(["rm", .. PackageImages.Names, PackageImages.PelagoName]);
        _api.Dispose();
    }

    private async Task PelagoAsync(params string[] arguments)
    {
        ProgramResult result = await home.RunAsync([.. arguments, "--kubeconfig", Kubeconfig]);
        Assert.True(result.ExitCode == 0, $"pelago {string.Join(' ', arguments)}: {result}");
    }

    private static Task<ProgramResult> ContainerdAsync(params string[] arguments) =>
        ProgramRun.RunAsync("ctr", ["-a", Socket, "-n", "k8s.io", "images", .. arguments], null, ImportLimit, Cancel);

    /// <summary>A directory of this machine, promised to the claim of that name.</summary>
    private async Task AddVolumeAsync(string claim)
    {
        string directory = Directory.CreateDirectory(work[$"volumes/{claim}"]).FullName;
        File.SetUnixFileMode(directory, (UnixFileMode)0x1FF); // 0777: programs in pods are not root
        var volume = new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "PersistentVolume", ["metadata"] = new JsonObject { ["name"] = claim },
            ["spec"] = new JsonObject
            {
                ["capacity"] = new JsonObject { ["storage"] = "10Gi" }, ["accessModes"] = new JsonArray("ReadWriteOnce"), ["persistentVolumeReclaimPolicy"] = "Retain",
                ["hostPath"] = new JsonObject { ["path"] = directory }, ["claimRef"] = new JsonObject { ["namespace"] = "default", ["name"] = claim },
            },
        };
        (await _api.CreateAsync(new ResourcePath(new GroupVersionResource("", "v1", "persistentvolumes")), KubeJson.ToUtf8(volume), WriteQuery.None, Cancel)).BodyOrThrow();
        _volumes.Add(claim);
    }
}
