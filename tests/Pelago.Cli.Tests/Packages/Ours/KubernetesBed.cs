// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Cli.Tests.Clusters;
using Pelago.Client;
using Pelago.Kube;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Packages.Ours;

/// <summary>
/// A real Kubernetes as packages need it: their images, and volumes, which nobody provides on a bare one. All of it goes again.
/// </summary>
internal sealed class KubernetesBed(GivenCluster given, LocalHome home, TemporaryDirectory work) : IAsyncDisposable
{
    private readonly List<string> _volumes = [];
    private readonly HttpKubeApi _api = new(Kubeconfig.Load([GivenCluster.Kubeconfig], mustExist: true).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Null when packages can be installed, else why not.</summary>
    public async Task<string?> StartAsync(IReadOnlyList<string> names)
    {
        if (GivenCluster.Missing() is { } missing)
            return missing;
        Task<string?> software = PackageImages.BringSoftwareAsync(file => GivenCluster.ContainerdAsync("import", file));
        await given.InstallAsync();
        foreach (string name in names)
            await AddVolumeAsync($"our-{name}");
        return await software;
    }

    public async ValueTask DisposeAsync()
    {
        if (GivenCluster.Missing() is null)
        {
            await home.RunAsync("package", "uninstall", "origin", "--yes", "--kubeconfig", GivenCluster.Kubeconfig); // not there when the start of all failed
            foreach (string volume in _volumes)
                await _api.RawAsync(System.Net.Http.HttpMethod.Delete, $"/api/v1/persistentvolumes/{volume}", "application/json", null, "application/json", Cancel);
            await GivenCluster.ContainerdAsync(["rm", .. PackageImages.Names]);
        }

        _api.Dispose();
    }

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
