// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class EphemeralClaimTests
{
    private const string Claims = "/api/v1/namespaces/NS/persistentvolumeclaims";
    private const string Pods = "/api/v1/namespaces/NS/pods";

    [Fact]
    public async Task Ephemeral_volume_gets_a_claim_that_its_pod_owns_and_that_goes_with_it()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        KubeObject pod = await cluster.CreateAsync(Pods, Pod);

        KubeObject? claim = await cluster.UntilAsync(Claims + "/web-scratch", item => item is not null);
        await cluster.DeleteAsync(Pods + "/web");
        await cluster.UntilAsync(Claims + "/web-scratch", item => item is null);

        JsonObject owner = Assert.Single((claim!.Value.Json.Object("metadata")!.Array("ownerReferences") ?? []).OfType<JsonObject>());
        Assert.Equal(("Pod", "web", pod.Uid, true), (owner.String("kind"), owner.String("name"), owner.String("uid"), owner.Boolean("controller")));
        Assert.Equal(("yes", "1Gi"), (claim.Value.Labels!.String("own"), claim.Value.Json.At("spec", "resources", "requests", "storage")!.ToString()));
    }

    [Fact]
    public async Task Claim_of_somebody_else_is_left_alone_until_it_goes()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        KubeObject other = await cluster.CreateAsync(
            Claims, """{"metadata":{"name":"web-scratch"},"spec":{"storageClassName":"manual","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} } } }""");
        KubeObject pod = await cluster.CreateAsync(Pods, Pod);
        List<KubeObject> events = await cluster.UntilListAsync(
            "/api/v1/namespaces/NS/events", list => list.Any(item => item.Json.String("message")?.Contains("pod is not owner", StringComparison.Ordinal) == true));
        KubeObject? kept = await cluster.GetAsync(Claims + "/web-scratch");

        // The pod uses the claim by its name, so it would be held: nobody protects it here.
        await cluster.PatchAsync(Claims + "/web-scratch", "{\"metadata\":{\"finalizers\":null}}");
        await cluster.DeleteAsync(Claims + "/web-scratch");
        KubeObject? own = await cluster.UntilAsync(Claims + "/web-scratch", item => item is { } present && present.Uid != other.Uid);

        Assert.NotEmpty(events);
        Assert.Equal(other.Uid, kept!.Value.Uid);
        Assert.Equal(pod.Uid, own!.Value.Json.At("metadata", "ownerReferences")![0]!["uid"]!.ToString());
    }

    private const string Pod = """
        {"metadata":{"name":"web"},"spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"main","image":"one"}],"volumes":[{"name":"scratch","ephemeral":
        {"volumeClaimTemplate":{"metadata":{"labels":{"own":"yes"} },"spec":{"storageClassName":"manual","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} } } } } }]} }
        """;
}
