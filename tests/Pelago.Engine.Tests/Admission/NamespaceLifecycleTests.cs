// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Admission;
using Pelago.Engine.Tests.Authorization;
using Pelago.Kube;
using Pelago.Store;
using Xunit;

namespace Pelago.Engine.Tests.Admission;

public sealed class NamespaceLifecycleTests : IAsyncLifetime
{
    private readonly IRevisionStore _store = MemoryRevisionStore.Create();
    private readonly NamespaceLifecycle _plugin;

    public NamespaceLifecycleTests() => _plugin = new NamespaceLifecycle(_store);

    public async ValueTask InitializeAsync()
    {
        await _store.PutAsync("namespaces", """{"metadata":{"name":"a","annotations":{"note":"\"deletionTimestamp\""} } }""");
        await _store.PutAsync("namespaces", """{"metadata":{"name":"q","deletionTimestamp":"2026-08-01T12:00:00Z"},"status":{"phase":"Terminating"} }""");
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Active_namespace_takes_new_objects() => Assert.Null(await _plugin.SendAsync(ConfigMap("a")));

    [Fact]
    public async Task Missing_namespace_is_not_found()
    {
        ApiStatus? refused = await _plugin.SendAsync(ConfigMap("nope"));

        Assert.Equal(404, refused?.Code);
        Assert.Equal("namespaces \"nope\" not found", refused?.Message);
    }

    [Fact]
    public async Task Terminating_namespace_takes_nothing_new_and_says_so_in_a_cause()
    {
        ApiStatus? refused = await _plugin.SendAsync(ConfigMap("q"));

        Assert.Equal("configmaps \"x\" is forbidden: unable to create new content in namespace q because it is being terminated", refused?.Message);
        Assert.Equal([new StatusCause("NamespaceTerminating", "namespace q is being terminated", "metadata.namespace")], refused!.Causes);
        Assert.Null(await _plugin.SendAsync(Admitted.Update("configmaps", """{"metadata":{"name":"x"} }""", """{"metadata":{"name":"x"} }""", "q")));
    }

    [Theory]
    [InlineData("default", false)]
    [InlineData("kube-system", false)]
    [InlineData("kube-public", false)]
    [InlineData("kube-node-lease", true)]
    [InlineData("a", true)]
    public async Task Three_namespaces_may_not_be_deleted(string name, bool allowed)
    {
        ApiStatus? refused = await _plugin.SendAsync(Admitted.Delete("namespaces", name));

        Assert.Equal(allowed ? null : $"namespaces \"{name}\" is forbidden: this namespace may not be deleted", refused?.Message);
    }

    private static AdmissionRequest ConfigMap(string ns) => Admitted.Create("configmaps", """{"metadata":{"name":"x"} }""", ns);
}
