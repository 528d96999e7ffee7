// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Node.Tests.Agent;
using Pelago.Node.Tests.Containerd.Archives;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>A node that takes its disk for full.</summary>
public sealed class CollectedImagesTests : AgentFixture
{
    protected override NodeOptions Options => base.Options with
    {
        Runtime = NodeRuntime.Containerd,
        ImageCollection = new ImageCollectionOptions { HighThresholdPercent = 0, LowThresholdPercent = 0, MinimumAge = TimeSpan.FromSeconds(15), Period = TimeSpan.FromMilliseconds(300) },
    };

    public override async ValueTask InitializeAsync()
    {
        TestImages.RequireContainerd();
        await base.InitializeAsync();
    }

    [Fact]
    public async Task Unused_images_go_those_of_pods_stay_and_the_node_says_which_it_has()
    {
        byte[] layer = TestArchive.Tar(TestArchive.File("hello", "unused"));
        await Agent.Images!.ImportFileAsync(TestImages.WriteBusybox(Home["busybox.tar"]), Cancel);
        Apply($"""
            kind: Pod
            metadata: {"{"}name: user{"}"}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - {"{"}name: main, image: "{TestImages.Busybox}", command: [sleep, "1000"]{"}"}
            """);
        await PhaseAsync("user", "Running");
        await Agent.Images!.ImportAsync(new System.IO.MemoryStream(TestArchive.Tar(TestArchive.Docker(TestArchive.Config(layer), layer))), null, Cancel);

        await Eventually.GetAsync(() => Agent.Images.StatusAsync("app:1", Cancel), image => image is null, Cancel);

        Assert.NotNull(await Agent.Images.StatusAsync(TestImages.Busybox, Cancel));
        await Eventually.TrueAsync(() => Events("FreeDiskSpaceFailed").Any(), Cancel);
        await Eventually.TrueAsync(() => Events("ImageGCFailed").Any(), Cancel);
        await Eventually.TrueAsync(() => Reported().Contains(TestImages.Busybox) && !Reported().Contains(TestArchive.Name), Cancel);
    }

    private IEnumerable<string> Reported() =>
        (Cluster.Find("nodes", "", "node-1")?.Object("status")?.Array("images") ?? []).OfType<JsonObject>().SelectMany(image => image.Array("names") ?? []).Select(name => (string)name!);
}
