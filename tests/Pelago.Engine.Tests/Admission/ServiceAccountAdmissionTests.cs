// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pelago.Engine.Admission;
using Pelago.Engine.Tests.Authorization;
using Pelago.Kube;
using Pelago.Store;
using Xunit;

namespace Pelago.Engine.Tests.Admission;

public sealed class ServiceAccountAdmissionTests : IAsyncDisposable
{
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
    private readonly IRevisionStore _store = MemoryRevisionStore.Create();
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceAccountAdmission _plugin;

    public ServiceAccountAdmissionTests() => _plugin = new ServiceAccountAdmission(_store, _time);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Pod_gets_the_default_account_and_its_token()
    {
        await AccountAsync("default", "");

        JsonObject spec = await _plugin.SpecAfterAsync(Pod("""{"initContainers":[{"name":"i"}],"containers":[{"name":"c"}]}"""));

        Assert.Equal("default", spec.String("serviceAccountName"));
        Assert.Equal("default", spec.String("serviceAccount"));
        JsonNode volume = Assert.Single(spec.Array("volumes")!)!;
        string name = (string)volume["name"]!;
        Assert.Matches("^kube-api-access-[a-z0-9]{5}$", name);
        Assert.Equal(
            """{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}""",
            volume["projected"]!.ToJsonString());
        string mounts = $$"""[{"name":"{{name}}","readOnly":true,"mountPath":"{{MountPath}}"}]""";
        Assert.Equal(mounts, spec.Array("containers")![0]!["volumeMounts"]!.ToJsonString());
        Assert.Equal(mounts, spec.Array("initContainers")![0]!["volumeMounts"]!.ToJsonString());
    }

    [Theory]
    [InlineData("", "\"automountServiceAccountToken\":false,", false)]
    [InlineData("\"automountServiceAccountToken\":true,", "\"automountServiceAccountToken\":false,", true)]
    [InlineData("\"automountServiceAccountToken\":false,", "", false)]
    public async Task Pod_and_account_may_refuse_the_token_and_the_pod_decides(string pod, string account, bool mounted)
    {
        await AccountAsync("robot", account);

        JsonObject spec = await _plugin.SpecAfterAsync(Pod($$"""{ {{pod}}"serviceAccountName":"robot","containers":[{"name":"c"}]}"""));

        Assert.Equal(mounted, spec.ContainsKey("volumes"));
    }

    [Fact]
    public async Task Container_with_something_at_the_path_keeps_it()
    {
        await AccountAsync("default", "");

        JsonObject spec = await _plugin.SpecAfterAsync(Pod(
            $$"""{"volumes":[{"name":"v"}],"containers":[{"name":"c","volumeMounts":[{"name":"v","mountPath":"{{MountPath}}"}]}]}"""));

        Assert.Single(spec.Array("volumes")!);
        Assert.Single(spec.Array("containers")![0]!["volumeMounts"]!.AsArray());
    }

    [Fact]
    public async Task Pull_secrets_of_the_account_are_for_pods_without_their_own()
    {
        await AccountAsync("default", "\"imagePullSecrets\":[{\"name\":\"s\"}],");

        JsonObject bare = await _plugin.SpecAfterAsync(Pod("{}"));
        JsonObject own = await _plugin.SpecAfterAsync(Pod("""{"imagePullSecrets":[{"name":"mine"}]}"""));

        Assert.Equal("""[{"name":"s"}]""", bare.Array("imagePullSecrets")!.ToJsonString());
        Assert.Equal("""[{"name":"mine"}]""", own.Array("imagePullSecrets")!.ToJsonString());
    }

    [Fact]
    public async Task Missing_account_is_forbidden()
    {
        ApiStatus? refused = await _plugin.SendAsync(Pod("""{"serviceAccountName":"nope"}"""));

        Assert.Equal("pods \"p\" is forbidden: error looking up service account a/nope: serviceaccount \"nope\" not found", refused?.Message);
    }

    [Fact]
    public async Task First_pod_of_a_namespace_waits_for_the_default_account()
    {
        Task<ApiStatus?> admission = _plugin.SendAsync(Pod("{}"));
        Assert.False(admission.IsCompleted);

        await AccountAsync("other", "");
        await AccountAsync("default", "");

        Assert.Null(await admission.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Wait_for_the_default_account_ends()
    {
        Task<ApiStatus?> admission = _plugin.SendAsync(Pod("{}"));
        _time.Advance(TimeSpan.FromSeconds(2));

        ApiStatus? refused = await admission.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal("pods \"p\" is forbidden: error looking up service account a/default: serviceaccount \"default\" not found", refused?.Message);
    }

    private static AdmissionRequest Pod(string spec) => Admitted.Create("pods", $$"""{"metadata":{"name":"p"},"spec":{{spec}} }""");

    private Task AccountAsync(string name, string fields) =>
        _store.PutAsync("serviceaccounts", $$"""{ {{fields}}"metadata":{"name":"{{name}}","namespace":"a"} }""");
}
