// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Engine.Controllers;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public sealed class VolumeTests : IDisposable
{
    private const string Claims = "/api/v1/namespaces/NS/persistentvolumeclaims";
    private const string Volumes = "/api/v1/persistentvolumes";
    private readonly string _root = Directory.CreateTempSubdirectory("volumes").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Claim_of_the_default_class_gets_a_directory_that_goes_with_it()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync(ControllerOptions.Default with { VolumeRoot = _root });
        await cluster.UntilAsync("/apis/storage.k8s.io/v1/storageclasses/standard", item => item is not null);
        await cluster.CreateAsync(Claims, Claim("data", "\"storageClassName\":\"standard\","));

        KubeObject? claim = await cluster.UntilAsync(Claims + "/data", item => item?.Status?.String("phase") == "Bound");
        string volume = claim!.Value.Spec!.String("volumeName")!;
        bool made = Directory.Exists(Path.Combine(_root, volume));
        await cluster.DeleteAsync(Claims + "/data");
        await cluster.UntilAsync($"{Volumes}/{volume}", item => item is null);

        Assert.True(made);
        Assert.Equal("1Gi", claim.Value.Json.At("status", "capacity", "storage")!.ToString());
        Assert.Empty(Directory.GetDirectories(_root));
    }

    [Fact]
    public async Task Claim_takes_the_smallest_volume_that_is_large_enough()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Volumes, Volume(cluster.Namespace + "-small", "512Mi"));
        await cluster.CreateAsync(Volumes, Volume(cluster.Namespace + "-large", "10Gi"));
        await cluster.CreateAsync(Volumes, Volume(cluster.Namespace + "-right", "2Gi"));
        await cluster.UntilAsync($"{Volumes}/{cluster.Namespace}-right", item => item?.Status?.String("phase") == "Available");

        await cluster.CreateAsync(Claims, Claim("data", "\"storageClassName\":\"manual\","));
        KubeObject? claim = await cluster.UntilAsync(Claims + "/data", item => item?.Status?.String("phase") == "Bound");
        await cluster.DeleteAsync(Claims + "/data");
        await cluster.UntilAsync(Claims + "/data", item => item is null);
        await cluster.UntilAsync($"{Volumes}/{cluster.Namespace}-right", item => item?.Status?.String("phase") == "Released");

        Assert.Equal(cluster.Namespace + "-right", claim!.Value.Spec!.String("volumeName"));
    }

    [Fact]
    public async Task Claim_waits_for_its_consumer_where_the_class_says_so()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        string name = cluster.Namespace + "-wait";
        await cluster.CreateAsync("/apis/storage.k8s.io/v1/storageclasses", $"{{\"metadata\":{{\"name\":\"{name}\"}},\"provisioner\":\"kubernetes.io/no-provisioner\",\"volumeBindingMode\":\"WaitForFirstConsumer\"}}");
        await cluster.CreateAsync(Volumes, Volume(cluster.Namespace + "-v", "2Gi", name));
        await cluster.CreateAsync(Claims, Claim("data", $"\"storageClassName\":\"{name}\","));
        await cluster.UntilEventAsync("WaitForFirstConsumer");

        await cluster.PatchAsync(Claims + "/data", $"{{\"metadata\":{{\"annotations\":{{\"volume.kubernetes.io/selected-node\":\"{cluster.Node}\"}}}}}}");

        await cluster.UntilAsync(Claims + "/data", item => item?.Status?.String("phase") == "Bound");
    }

    [Fact]
    public async Task Claim_in_use_is_deleted_only_after_its_pod()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Volumes, Volume(cluster.Namespace + "-v", "2Gi"));
        await cluster.CreateAsync(Claims, Claim("data", "\"storageClassName\":\"manual\","));
        await cluster.PatchAsync(Claims + "/data", "{\"metadata\":{\"finalizers\":[\"kubernetes.io/pvc-protection\"]}}");
        await cluster.CreateAsync("/api/v1/namespaces/NS/pods", """{"metadata":{"name":"user"},"spec":{"terminationGracePeriodSeconds":1,"volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"data"}}],"containers":[{"name":"main","image":"one"}]}}""");
        await cluster.UntilAsync("/api/v1/namespaces/NS/pods/user", pod => pod is { } present && ReplicaSetTests.IsReady(present));

        await cluster.DeleteAsync(Claims + "/data");
        KubeObject? held = await cluster.GetAsync(Claims + "/data");
        await cluster.DeleteAsync("/api/v1/namespaces/NS/pods/user");
        await cluster.UntilAsync(Claims + "/data", item => item is null);

        Assert.True(held!.Value.IsDeleting);
    }

    private static string Claim(string name, string more) =>
        $"{{\"metadata\":{{\"name\":\"{name}\"}},\"spec\":{{{more}\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{{\"requests\":{{\"storage\":\"1Gi\"}}}}}}}}";

    private static string Volume(string name, string size, string storageClass = "manual") =>
        $"{{\"metadata\":{{\"name\":\"{name}\"}},\"spec\":{{\"storageClassName\":\"{storageClass}\",\"capacity\":{{\"storage\":\"{size}\"}},\"accessModes\":[\"ReadWriteOnce\"],\"persistentVolumeReclaimPolicy\":\"Retain\",\"hostPath\":{{\"path\":\"/tmp/none\"}}}}}}";
}
