// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Kube;
using Pelago.Node.Registration;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Registration;

public sealed class NodeLabelsTests
{
    private static readonly Dictionary<string, string> Ssd = new() { ["disk"] = "ssd" };
    private readonly MemoryCluster _cluster = new(TimeProvider.System);
    private readonly NodeLabels _labels;

    public NodeLabelsTests() => _labels = new NodeLabels(_cluster, "node-1", new Dictionary<string, string> { ["kubernetes.io/os"] = "linux" });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_label_that_came_after_the_node_was_seen_last_is_found()
    {
        Assert.False(await _labels.SatisfyAsync(Ssd, Cancel));

        _cluster.Apply("nodes", KubeJson.ParseObject("""{"metadata":{"name":"node-1","labels":{"disk":"ssd"}}}"""u8.ToArray()));

        Assert.True(await _labels.SatisfyAsync(Ssd, Cancel));
        Assert.True(await _labels.SatisfyAsync(new Dictionary<string, string>(Ssd) { ["kubernetes.io/os"] = "linux" }, Cancel));
    }

    /// <summary>The cluster has no such Node: whoever asked it would not know.</summary>
    [Fact]
    public async Task What_is_known_needs_no_request()
    {
        _labels.Saw(new V1Node { Metadata = new V1ObjectMeta { Labels = Ssd } });

        Assert.True(await _labels.SatisfyAsync(Ssd, Cancel));
        Assert.True(await _labels.SatisfyAsync(null, Cancel));
    }

    [Fact]
    public async Task A_label_that_was_taken_away_is_no_longer_there()
    {
        _labels.Saw(new V1Node { Metadata = new V1ObjectMeta { Labels = Ssd } });
        _labels.Saw(new V1Node { Metadata = new V1ObjectMeta() });

        Assert.False(await _labels.SatisfyAsync(Ssd, Cancel));
    }
}
