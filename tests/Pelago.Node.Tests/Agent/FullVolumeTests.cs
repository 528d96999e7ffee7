// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Agent;

/// <summary>emptyDirs with a limit. Volumes are looked at when an agent finds a pod, and every minute.</summary>
public sealed class FullVolumeTests : AgentFixture
{
    [Fact]
    public async Task A_pod_whose_volume_holds_more_than_its_limit_is_evicted()
    {
        Apply("full", "1Mi", "2048");
        Apply("within", "4Mi", "2048");
        foreach (string name in new[] { "full", "within" })
            await PodAsync(name, pod => Log(pod).Contains("written", StringComparison.Ordinal));

        await StopAgentAsync();
        await StartAgentAsync();

        JsonObject status = await PhaseAsync("full", "Failed");
        Assert.Equal(("Evicted", "Usage of EmptyDir volume \"data\" exceeds the limit \"1Mi\". "), (status.String("reason"), status.String("message")));
        await EventAsync("Evicted", "Usage of EmptyDir volume \"data\" exceeds the limit \"1Mi\". ");
        await Eventually.TrueAsync(() => !Directory.Exists(DataOf("full")), Cancel);
        Assert.Contains("written", Log(Pod("full")!), StringComparison.Ordinal);
        Assert.Equal("Running", Pod("within")!.Object("status")!.String("phase"));
        Assert.True(File.Exists($"{DataOf("within")}/file"));
    }

    private string DataOf(string pod) => Home[$"pods/{Pod(pod)!.Object("metadata")!.String("uid")}/volumes/kubernetes.io~empty-dir/data"];

    private void Apply(string name, string limit, string kibibytes) => ApplyScript(
        name, $"dd if=/dev/zero of=$PELAGO_VOLUME_DATA/file bs=1024 count={kibibytes} 2>/dev/null; echo written; exec sleep 1000",
        $"  volumes: [{{name: data, emptyDir: {{sizeLimit: {limit}}}}}]", "    volumeMounts: [{name: data, mountPath: /data}]");
}
