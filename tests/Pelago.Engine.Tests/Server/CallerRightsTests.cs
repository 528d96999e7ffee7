// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Server;

/// <summary>What a user with a few rights gets from the whole pipeline, RBAC included.</summary>
public sealed class CallerRightsTests : IAsyncLifetime
{
    private const string Rbac = "rbac.authorization.k8s.io";
    private static readonly string[] Paths = ["/api/v1/namespaces/team/namespaces", "/api/v1/namespaces/team/namespaces?watch=1",
        "/api/v1/watch/namespaces/team/namespaces", "/api/v1/namespaces/team/namespaces?fieldSelector=metadata.name%3Dteam"];

    private readonly string _tokens = Path.GetTempFileName();
    private readonly HttpClient _http = new();
    private EngineHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_tokens, "secret-of-mallory,mallory,1\n", Cancel);
        var options = new EngineOptions { PlainHttp = true, RunControllers = false, TokenFile = _tokens };
        _host = await EngineHost.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, Cancel);
        _http.BaseAddress = _host.Server;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret-of-mallory");
        await CreateAsync(new GroupVersionResource("", "v1", "namespaces"), "", """{"metadata":{"name":"team"}}""");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        File.Delete(_tokens);
    }

    [Theory]
    [InlineData("view")]
    [InlineData("cluster-admin")]
    public async Task A_right_inside_one_namespace_is_none_on_the_namespaces_of_the_cluster(string role)
    {
        await BindAsync("ClusterRole", role);

        foreach (string path in Paths)
            Assert.Equal(404, (await SendAsync("GET", path)).Code);
        (int code, _) = await SendAsync("POST", Paths[0], """{"metadata":{"name":"mine"}}""");

        Assert.Equal(role == "view" ? 403 : 404, code);
        Assert.Equal(200, (await SendAsync("GET", "/api/v1/namespaces/team")).Code);
        Assert.NotEqual(200, (await SendAsync("GET", "/api/v1/namespaces/team/namespaces/default")).Code);
    }

    [Fact]
    public async Task Who_may_patch_and_not_create_applies_to_what_is_there_only()
    {
        await RightsAsync("""{"verbs":["patch"],"apiGroups":[""],"resources":["configmaps"]}""");
        await CreateAsync(new GroupVersionResource("", "v1", "configmaps"), "team", """{"metadata":{"name":"old"}}""");

        (int missing, string text) = await ApplyAsync("new");
        (int present, _) = await ApplyAsync("old");

        Assert.Equal((403, 200), (missing, present));
        Assert.Contains(
            "cannot create resource \\\"configmaps\\\" in API group \\\"\\\" in the namespace \\\"team\\\"",
            text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_update_and_not_create_puts_no_object_that_is_not_there()
    {
        await RightsAsync(
            """{"verbs":["get","update"],"apiGroups":["coordination.k8s.io"],"resources":["leases"],"resourceNames":["leader"]}""");

        (int code, string text) = await PutLeaseAsync();

        Assert.Equal(403, code);
        Assert.Contains("cannot create resource \\\"leases\\\" in API group \\\"coordination.k8s.io\\\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_update_and_create_puts_and_applies_what_is_not_there()
    {
        await RightsAsync(
            """{"verbs":["update","patch","create"],"apiGroups":["","coordination.k8s.io"],"resources":["leases","configmaps"]}""");

        Assert.Equal((201, 201), ((await PutLeaseAsync()).Code, (await ApplyAsync("new")).Code));
    }

    private Task<(int Code, string Text)> PutLeaseAsync() => SendAsync(
        "PUT",
        "/apis/coordination.k8s.io/v1/namespaces/team/leases/leader",
        """{"metadata":{"name":"leader"},"spec":{"holderIdentity":"me"}}""");

    private Task<(int Code, string Text)> ApplyAsync(string name) => SendAsync(
        "PATCH", $"/api/v1/namespaces/team/configmaps/{name}?fieldManager=ci",
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"},"data":{"k":"v"}}""", "application/apply-patch+yaml");

    private async Task RightsAsync(string rule)
    {
        await CreateAsync(new GroupVersionResource(Rbac, "v1", "roles"), "team", $$"""{"metadata":{"name":"few"},"rules":[{{rule}}]}""");
        await BindAsync("Role", "few");
    }

    private Task BindAsync(string kind, string role) => CreateAsync(new GroupVersionResource(Rbac, "v1", "rolebindings"), "team", $$"""
        {"metadata":{"name":"b"},"roleRef":{"apiGroup":"{{Rbac}}","kind":"{{kind}}","name":"{{role}}"},
         "subjects":[{"apiGroup":"{{Rbac}}","kind":"User","name":"mallory"}]}
        """);

    private async Task CreateAsync(GroupVersionResource resource, string ns, string json) => (await _host.ApiFor("test").CreateAsync(
        new ResourcePath(resource, ns), Encoding.UTF8.GetBytes(json), WriteQuery.None, Cancel)).BodyOrThrow();

    private async Task<(int Code, string Text)> SendAsync(string method, string path, string? body = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, type);
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);

        // A watch that was let in has no end.
        return ((int)response.StatusCode, response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync(Cancel));
    }
}
