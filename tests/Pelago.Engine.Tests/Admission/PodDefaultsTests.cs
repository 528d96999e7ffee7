// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Admission;
using Pelago.Engine.Tests.Authorization;
using Pelago.Kube;
using Pelago.Store;
using Xunit;

namespace Pelago.Engine.Tests.Admission;

public sealed class PodDefaultsTests : IAsyncDisposable
{
    private readonly IRevisionStore _store = MemoryRevisionStore.Create();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Pod_without_a_class_has_priority_zero()
    {
        JsonObject spec = await new PriorityAdmission(_store).SpecAfterAsync(Pod("{}"));

        Assert.Equal("""{"priority":0,"preemptionPolicy":"PreemptLowerPriority"}""", spec.ToJsonString());
    }

    [Fact]
    public async Task Class_names_priority_and_preemption()
    {
        await ClassAsync("high", """ "value":1000,"preemptionPolicy":"Never" """);

        JsonObject spec = await new PriorityAdmission(_store).SpecAfterAsync(Pod("""{"priorityClassName":"high"}"""));

        Assert.Equal("""{"priorityClassName":"high","priority":1000,"preemptionPolicy":"Never"}""", spec.ToJsonString());
    }

    [Fact]
    public async Task Default_class_is_for_pods_without_one_and_there_is_only_one()
    {
        var plugin = new PriorityAdmission(_store);
        await ClassAsync("usual", """ "value":7,"globalDefault":true """);

        Assert.Equal("usual", (await plugin.SpecAfterAsync(Pod("{}"))).String("priorityClassName"));
        AdmissionRequest second = Admitted.Create("priorityclasses", """{"metadata":{"name":"g2"},"value":5,"globalDefault":true}""", "", "scheduling.k8s.io");
        Assert.Equal(
            "priorityclasses.scheduling.k8s.io \"g2\" is forbidden: PriorityClass usual is already marked as default. Only one default can exist",
            (await plugin.SendAsync(second))?.Message);
    }

    [Theory]
    [InlineData("""{"priorityClassName":"nope"}""", "no PriorityClass with name nope was found")]
    [InlineData("""{"priority":5}""", "the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name")]
    [InlineData("""{"preemptionPolicy":"Never"}""", "the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name")]
    public async Task Priority_is_not_chosen_by_the_pod(string spec, string why) =>
        Assert.Equal($"pods \"p\" is forbidden: {why}", (await new PriorityAdmission(_store).SendAsync(Pod(spec)))?.Message);

    [Fact]
    public async Task Update_that_leaves_the_priority_out_keeps_it()
    {
        AdmissionRequest update = Admitted.Update("pods", """{"metadata":{"name":"p"},"spec":{} }""", """{"metadata":{"name":"p"},"spec":{"priority":9} }""");

        Assert.Equal(9, (await new PriorityAdmission(_store).SpecAfterAsync(update)).Integer("priority"));
    }

    [Fact]
    public async Task Tolerations_for_lost_nodes_are_added_once()
    {
        AdmissionRequest pod = Pod("""{"tolerations":[{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":5}]}""");

        JsonObject spec = await new DefaultTolerationSeconds().SpecAfterAsync(pod);
        await new DefaultTolerationSeconds().SendAsync(pod);

        Assert.Equal(
            """[{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":5},{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]""",
            spec.Array("tolerations")!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"operator":"Exists"}""", 1)]
    [InlineData("""{"operator":"Exists","effect":"NoSchedule"}""", 3)]
    public async Task Toleration_of_everything_is_enough(string toleration, int expected)
    {
        JsonObject spec = await new DefaultTolerationSeconds().SpecAfterAsync(Pod($$"""{"tolerations":[{{toleration}}]}"""));

        Assert.Equal(expected, spec.Array("tolerations")!.Count);
    }

    [Fact]
    public async Task Runtime_class_gives_overhead_selector_and_tolerations()
    {
        await RuntimeAsync();

        JsonObject spec = await new RuntimeClassAdmission(_store).SpecAfterAsync(Pod("""{"runtimeClassName":"rc","nodeSelector":{"x":"y"},"overhead":{"cpu":"0.01"}}"""));

        Assert.Equal(
            """{"runtimeClassName":"rc","nodeSelector":{"x":"y","a":"b"},"overhead":{"cpu":"10m"},"tolerations":[{"key":"k","operator":"Exists"}]}""", spec.ToJsonString());
    }

    [Theory]
    [InlineData("""{"runtimeClassName":"nope"}""", "pod rejected: RuntimeClass \"nope\" not found")]
    [InlineData("""{"runtimeClassName":"rc","overhead":{"cpu":"11m"}}""", "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")]
    [InlineData("""{"overhead":{"cpu":"11m"}}""", "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")]
    [InlineData("""{"runtimeClassName":"rc","nodeSelector":{"a":"c"}}""", "conflict: runtimeClass.scheduling.nodeSelector[a] = b; pod.spec.nodeSelector[a] = c")]
    public async Task Pod_against_its_runtime_class_is_refused(string spec, string why)
    {
        await RuntimeAsync();

        Assert.Equal($"pods \"p\" is forbidden: {why}", (await new RuntimeClassAdmission(_store).SendAsync(Pod(spec)))?.Message);
    }

    [Fact]
    public async Task Claim_gets_the_newest_default_storage_class()
    {
        var plugin = new DefaultStorageClass(_store);
        Assert.Equal("{}", (await plugin.SpecAfterAsync(Claim("{}"))).ToJsonString());

        await StorageAsync("plain", "2026-01-03T00:00:00Z", "false");
        await StorageAsync("old", "2026-01-01T00:00:00Z", "true");
        await StorageAsync("new", "2026-01-02T00:00:00Z", "true");

        Assert.Equal("new", (await plugin.SpecAfterAsync(Claim("{}"))).String("storageClassName"));
        Assert.Equal("", (await plugin.SpecAfterAsync(Claim("""{"storageClassName":""}"""))).String("storageClassName"));
    }

    [Theory]
    [InlineData("persistentvolumeclaims", "kubernetes.io/pvc-protection")]
    [InlineData("persistentvolumes", "kubernetes.io/pv-protection")]
    public async Task Storage_objects_get_their_finalizer_once(string resource, string finalizer)
    {
        AdmissionRequest request = Admitted.Create(resource, """{"metadata":{"name":"v","finalizers":["x"]} }""");

        await new StorageObjectInUseProtection().SendAsync(request);
        await new StorageObjectInUseProtection().SendAsync(request);

        Assert.Equal(["x", finalizer], request.Object!.Value.Finalizers!.Select(item => (string)item!));
    }

    private static AdmissionRequest Pod(string spec) => Admitted.Create("pods", $$"""{"metadata":{"name":"p"},"spec":{{spec}} }""");

    private static AdmissionRequest Claim(string spec) =>
        Admitted.Create("persistentvolumeclaims", $$"""{"metadata":{"name":"c"},"spec":{{spec}} }""");

    private Task ClassAsync(string name, string fields) =>
        _store.PutAsync("priorityclasses.scheduling.k8s.io", $$"""{"metadata":{"name":"{{name}}"},{{fields}} }""");

    private Task RuntimeAsync() => _store.PutAsync(
        "runtimeclasses.node.k8s.io",
        """{"metadata":{"name":"rc"},"handler":"h","overhead":{"podFixed":{"cpu":"10m"}},"scheduling":{"nodeSelector":{"a":"b"},"tolerations":[{"key":"k","operator":"Exists"}]}}""");

    private Task StorageAsync(string name, string created, string isDefault) => _store.PutAsync(
        "storageclasses.storage.k8s.io",
        $$"""{"metadata":{"name":"{{name}}","creationTimestamp":"{{created}}","annotations":{"storageclass.kubernetes.io/is-default-class":"{{isDefault}}"} } }""");
}
