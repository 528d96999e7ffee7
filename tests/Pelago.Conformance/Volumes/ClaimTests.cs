// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Conformance.Volumes;

/// <summary>Claims of a volume that is made beforehand: a directory of the machine, so that any cluster on it can serve it.</summary>
public sealed class ClaimTests(TestCluster cluster) : KubectlTest(cluster)
{
    private readonly TemporaryDirectory _directory = new();
    private string VolumeName => $"{Namespace}-v";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Kubectl(KubectlVersions.Preparing).TryAsync(null, "delete", "pv", VolumeName, "--wait=false");
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_a_pod_writes_into_a_claimed_volume_the_next_pod_finds()
    {
        Kubectl kubectl = Kubectl(KubectlVersions.Preparing);
        await kubectl.PipeAsync(VolumeAndClaim(), "create", "-f", "-");

        await RunAsync(kubectl, "writer", "echo kept >\"${PELAGO_VOLUME_DATA:-/data}/word\"");
        await kubectl.RunAsync("delete", "pod", "writer");
        await RunAsync(kubectl, "reader", "cat \"${PELAGO_VOLUME_DATA:-/data}/word\"");

        Assert.Equal("kept\n", (await kubectl.RunAsync("logs", "reader")).Output);
        Assert.Equal($"Bound {VolumeName}", (await kubectl.RunAsync("get", "pvc", "data", "-o", "jsonpath={.status.phase} {.spec.volumeName}")).Output);
    }

    [Fact]
    public async Task A_claim_stays_while_a_pod_uses_it()
    {
        Kubectl kubectl = Kubectl(KubectlVersions.Preparing);
        await kubectl.PipeAsync(VolumeAndClaim(), "create", "-f", "-");
        await kubectl.PipeAsync(ClaimingPod("user", SleepForever), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/user", "--timeout=60s");

        await kubectl.RunAsync("delete", "pvc", "data", "--wait=false");
        string deleting = (await kubectl.RunAsync("get", "pvc", "data", "-o", "jsonpath={.metadata.deletionTimestamp} {.metadata.finalizers}")).Output;
        await kubectl.RunAsync("delete", "pod", "user");
        await kubectl.RunAsync("wait", "--for=delete", "pvc/data", "--timeout=60s");

        Assert.Matches(@"^\d{4}-.* \[""kubernetes.io/pvc-protection""\]$", deleting);
    }

    private async Task RunAsync(Kubectl kubectl, string name, string script)
    {
        await kubectl.PipeAsync(ClaimingPod(name, script), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=jsonpath={.status.phase}=Succeeded", $"pod/{name}", "--timeout=90s");
    }

    private string ClaimingPod(string name, string script)
    {
        JsonNode pod = JsonNode.Parse(ShellPod(name, script, "Never"))!;
        pod["spec"]!["volumes"] = JsonNode.Parse("""[{"name":"data","persistentVolumeClaim":{"claimName":"data"}}]""");
        pod["spec"]!["containers"]![0]!["volumeMounts"] = JsonNode.Parse("""[{"name":"data","mountPath":"/data"}]""");
        return pod.ToJsonString();
    }

    private string VolumeAndClaim() => $$$"""
        {"apiVersion":"v1","kind":"List","items":[
          {"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"{{{VolumeName}}}"},
           "spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"storageClassName":"","persistentVolumeReclaimPolicy":"Retain",
                   "hostPath":{"path":"{{{_directory.Path}}}","type":"Directory"},"claimRef":{"namespace":"{{{Namespace}}}","name":"data"} } },
          {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},
           "spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"","volumeName":"{{{VolumeName}}}","resources":{"requests":{"storage":"1Gi"} } } }]}
        """;
}
