// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Engine.Tests.Certificates;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Aggregation;

public sealed class AggregationTests : IAsyncLifetime
{
    private static readonly ResourcePath ApiServices = new(new GroupVersionResource("apiregistration.k8s.io", "v1", "apiservices"));
    private static readonly ResourcePath Remote = ApiServices with { Name = "v1.metrics.example" };
    private static readonly ResourcePath Services = new(new GroupVersionResource("", "v1", "services"), "default");
    private static readonly ResourcePath Slices = new(new GroupVersionResource("discovery.k8s.io", "v1", "endpointslices"), "default");
    private readonly TemporaryDirectory _home = new();
    private readonly FakeApiServer _fake = new();
    private EngineHost _host = null!;
    private IKubeApi _api = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        await _fake.StartAsync(Cancel);
        var options = new EngineOptions { StateDirectory = _home.Path, Durability = EngineDurability.Fast, RunControllers = false };
        _host = await EngineHost.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, Cancel);
        _api = _host.ApiFor("test");
        _http = new HttpClient(Handler()) { BaseAddress = _host.Server };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _fake.DisposeAsync();
        await _host.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task Every_group_version_served_here_is_a_local_api_service()
    {
        await UntilAsync("v1.apps", "True", "Local");
        KubeObject core = await UntilAsync("v1.", "True", "Local");

        Assert.Equal("onstart", core.Labels!.String("kube-aggregator.kubernetes.io/automanaged"));
        Assert.Equal("""{"groupPriorityMinimum":18000,"version":"v1","versionPriority":1}""", core.Spec!.ToJsonString());
        JsonObject condition = (JsonObject)core.Status!.Array("conditions")![0]!;
        Assert.Equal(("Available", "Local APIServices are always available"), (condition.String("type"), condition.String("message")));
    }

    [Fact]
    public async Task Request_goes_to_the_server_with_the_users_name_and_without_credentials()
    {
        await AvailableAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/apis/metrics.example/v1/namespaces/default/widgets?x=%2Fy") { Content = new StringContent("{\"a\":1}") };
        request.Headers.TryAddWithoutValidation("X-Remote-User", "root");
        request.Headers.TryAddWithoutValidation("x-remote-group", "system:masters");
        request.Headers.TryAddWithoutValidation("X-Remote-Extra-Trick", "1");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer nonsense");
        request.Headers.TryAddWithoutValidation("X-Own", "kept");

        using HttpResponseMessage response = await _http.SendAsync(request, Cancel);

        JsonObject seen = KubeJson.ParseObject(await response.Content.ReadAsByteArrayAsync(Cancel));
        JsonObject headers = seen.Object("headers")!;
        Assert.Equal("fake", response.Headers.GetValues("X-From").Single());
        Assert.Equal(("POST", "/apis/metrics.example/v1/namespaces/default/widgets?x=%2Fy", "{\"a\":1}"), (seen.String("method"), seen.String("path"), seen.String("body")));
        Assert.Equal("kubernetes-admin", headers.String("x-remote-user"));
        Assert.Equal("system:masters|system:authenticated", headers.String("x-remote-group"));
        Assert.StartsWith("X509SHA256=", headers.String("x-remote-extra-authentication.kubernetes.io%2fcredential-id") ?? headers.String("x-remote-extra-authentication.kubernetes.io%2Fcredential-id"), StringComparison.Ordinal);
        Assert.Equal("kept", headers.String("x-own"));
        Assert.False(headers.ContainsKey("authorization"));
        Assert.False(headers.ContainsKey("x-remote-extra-trick"));
        Assert.Equal($"fake.default.svc", headers.String("host"));
        Assert.Equal("front-proxy-client", _fake.LastClient);
    }

    [Fact]
    public async Task User_who_may_not_is_refused_here()
    {
        await AvailableAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/apis/metrics.example/v1/namespaces/default/widgets/w");
        request.Headers.TryAddWithoutValidation("Impersonate-User", "bob");

        using HttpResponseMessage response = await _http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains(
            "widgets.metrics.example \\\"w\\\" is forbidden: User \\\"bob\\\" cannot get resource \\\"widgets\\\" in API group \\\"metrics.example\\\" in the namespace \\\"default\\\"",
            await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Discovery_shows_the_group_in_both_forms_and_passes_its_own_document_on()
    {
        await AvailableAsync();

        JsonObject groups = await ReadAsync("/apis", "application/json");
        JsonObject group = await ReadAsync("/apis/metrics.example", "application/json");
        JsonObject aggregated = await ReadAsync("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
        JsonObject resources = await ReadAsync("/apis/metrics.example/v1", "application/json");

        Assert.Equal("metrics.example", groups.Array("groups")![^1]!["name"]!.GetValue<string>());
        Assert.Equal("metrics.example/v1", (string)group.Object("preferredVersion")!["groupVersion"]!);
        Assert.Equal(
            """{"version":"v1","resources":[{"resource":"widgets","responseKind":{"group":"metrics.example","version":"v1","kind":"Widget"},"scope":"Namespaced","singularResource":"widget","verbs":["get","list"],"shortNames":["wi"],"subresources":[{"subresource":"exec","responseKind":{"group":"metrics.example","version":"v1","kind":"WidgetExec"},"verbs":["create"]}]}],"freshness":"Current"}""",
            aggregated.Array("items")![^1]!["versions"]![0]!.ToJsonString());
        Assert.Equal("metrics.example/v1", resources.String("groupVersion"));
        Assert.True((await _api.GetRawAsync("/apis/metrics.example/v1", Cancel)).IsSuccess);
    }

    [Fact]
    public async Task Open_api_document_is_in_the_index_and_comes_from_the_server()
    {
        await AvailableAsync();

        JsonObject paths = (await ReadAsync("/openapi/v3", "application/json")).Object("paths")!;
        string url = paths.Object("apis/metrics.example/v1")!.String("serverRelativeURL")!;
        JsonObject document = await ReadAsync(url, "application/json");

        Assert.Equal("/openapi/v3/apis/metrics.example/v1?hash=F00", url);
        Assert.StartsWith("/openapi/v3/apis/apps/v1?hash=", paths.Object("apis/apps/v1")!.String("serverRelativeURL"), StringComparison.Ordinal);
        Assert.Equal(url, document.String("path"));
    }

    [Fact]
    public async Task Watch_arrives_event_by_event()
    {
        await AvailableAsync();

        using HttpResponseMessage response = await _http.GetAsync("/apis/metrics.example/v1/widgets?watch=true", HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));

        Assert.Equal("{\"type\":\"ADDED\"}", await lines.ReadLineAsync(Cancel));
        _fake.Continue.SetResult();
        Assert.Equal("{\"type\":\"MODIFIED\"}", await lines.ReadLineAsync(Cancel));
    }

    [Fact]
    public async Task Upgraded_connection_is_passed_through_byte_for_byte()
    {
        await AvailableAsync();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(_host.Server.Host, _host.Server.Port, Cancel);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost", CertificateChainPolicy = Trust(),
                ClientCertificateContext = SslStreamCertificateContext.Create(Admin(), null),
            }, Cancel);

        await tls.WriteAsync(Encoding.ASCII.GetBytes(
            "GET /apis/metrics.example/v1/namespaces/default/widgets/w/exec HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Remote-User: root\r\n\r\n"), Cancel);
        string head = await ReadHeadAsync(tls);
        await tls.WriteAsync(new byte[] { 0, 1, 2, 255 }, Cancel);
        byte[] echo = new byte[4];
        await tls.ReadExactlyAsync(echo, Cancel);

        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        Assert.Contains("X-User: kubernetes-admin\r\n", head, StringComparison.OrdinalIgnoreCase);
        Assert.Equal([0, 1, 2, 255], echo);
    }

    [Fact]
    public async Task Lost_endpoints_make_it_unavailable_and_stale()
    {
        await AvailableAsync();

        (await _api.DeleteAsync(Slices with { Name = "fake" }, DeleteQuery.None, Cancel)).BodyOrThrow();
        KubeObject lost = await UntilAsync(Remote.Name, "False", "EndpointsNotFound");
        using HttpResponseMessage response = await _http.GetAsync("/apis/metrics.example/v1/widgets", Cancel);
        JsonObject aggregated = await ReadAsync("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");

        Assert.Equal("cannot find endpointslices for service/fake in \"default\"", lost.Status!.Array("conditions")![0]!["message"]!.GetValue<string>());
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "service unavailable\n"), (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel)));
        Assert.Equal("Stale", (string)aggregated.Array("items")![^1]!["versions"]![0]!["freshness"]!);

        await SliceAsync("true");
        await UntilAsync(Remote.Name, "True", "Passed");
    }

    [Fact]
    public async Task Service_is_looked_at_step_by_step()
    {
        await RegisterAsync(_fake.AuthorityBundle);
        KubeObject missing = await UntilAsync(Remote.Name, "False", "ServiceNotFound");
        Assert.Equal("service/fake in \"default\" is not present", Message(missing));

        await CreateAsync(Services, """{"metadata":{"name":"fake"},"spec":{"ports":[{"name":"http","port":80}]} }""");
        Assert.Equal("service/fake in \"default\" is not listening on port 443", Message(await UntilAsync(Remote.Name, "False", "ServicePortError")));

        await _api.PatchAsync(Services with { Name = "fake" }, PatchType.Merge, Bytes("""{"spec":{"ports":[{"name":"https","port":443}]} }"""), WriteQuery.None, Cancel);
        await UntilAsync(Remote.Name, "False", "EndpointsNotFound");

        await SliceAsync("false");
        Assert.Equal(
            "endpointslices for service/fake in \"default\" have no addresses with port name \"https\"", Message(await UntilAsync(Remote.Name, "False", "MissingEndpoints")));

        await _api.PatchAsync(
            Slices with { Name = "fake" }, PatchType.Merge, Bytes("""{"endpoints":[{"addresses":["127.0.0.1"],"conditions":{"ready":true} }]}"""), WriteQuery.None, Cancel);
        await UntilAsync(Remote.Name, "True", "Passed");
    }

    [Fact]
    public async Task Server_of_another_authority_is_not_believed()
    {
        using X509Certificate2 other = Engine.Certificates.CertificateIssuer.CreateAuthority("fake-ca", TimeProvider.System.GetUtcNow());
        await ServeAsync();
        await RegisterAsync(Convert.ToBase64String(Encoding.ASCII.GetBytes(other.ExportCertificatePem())));

        await UntilAsync(Remote.Name, "False", "FailedDiscoveryCheck");
    }

    [Fact]
    public async Task Server_that_fails_its_discovery_is_unavailable()
    {
        _fake.DiscoveryCode = 500;
        await ServeAsync();
        await RegisterAsync(_fake.AuthorityBundle);

        KubeObject failed = await UntilAsync(Remote.Name, "False", "FailedDiscoveryCheck");

        Assert.Contains("bad status from https://fake.default.svc:443/apis/metrics.example/v1: 500", Message(failed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleted_api_service_is_gone_from_discovery()
    {
        await AvailableAsync();

        (await _api.DeleteAsync(Remote, DeleteQuery.None, Cancel)).BodyOrThrow();

        Assert.DoesNotContain((await ReadAsync("/apis", "application/json")).Array("groups")!, group => (string)group!["name"]! == "metrics.example");
        using HttpResponseMessage response = await _http.GetAsync("/apis/metrics.example/v1/widgets", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("v2.metrics.example", """{"group":"metrics.example","version":"v1","groupPriorityMinimum":1,"versionPriority":1}""",
        "metadata.name: Invalid value: \"v2.metrics.example\": must be `spec.version+\".\"+spec.group`: \"v1.metrics.example\"")]
    [InlineData("v1.x.example", """{"group":"x.example","version":"v1","groupPriorityMinimum":30000,"versionPriority":1}""",
        "spec.groupPriorityMinimum: Invalid value: 30000: must be positive and less than 20000")]
    [InlineData("v1.x.example", """{"group":"x.example","version":"v1","groupPriorityMinimum":1,"versionPriority":1,"insecureSkipTLSVerify":true}""",
        "spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify")]
    public async Task Api_service_that_says_nonsense_is_invalid(string name, string spec, string why)
    {
        ApiResult result = await _api.CreateAsync(ApiServices, Bytes($$"""{"metadata":{"name":"{{name}}"},"spec":{{spec}} }"""), WriteQuery.None, Cancel);

        Assert.Equal($"APIService.apiregistration.k8s.io \"{name}\" is invalid: {why}", result.Error?.Message);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json);

    private static string Message(KubeObject apiService) => (string)apiService.Status!.Array("conditions")![0]!["message"]!;

    private async Task AvailableAsync()
    {
        await ServeAsync();
        await RegisterAsync(_fake.AuthorityBundle);
        await UntilAsync(Remote.Name, "True", "Passed");
    }

    private async Task ServeAsync()
    {
        await CreateAsync(Services, """{"metadata":{"name":"fake"},"spec":{"ports":[{"name":"https","port":443}]} }""");
        await SliceAsync("true");
    }

    private Task SliceAsync(string ready) => CreateAsync(Slices,
        $$"""{"metadata":{"name":"fake","labels":{"kubernetes.io/service-name":"fake"} },"addressType":"IPv4","endpoints":[{"addresses":["127.0.0.1"],"conditions":{"ready":{{ready}} } }],"ports":[{"name":"https","port":{{_fake.Port}} }]}""");

    private Task RegisterAsync(string bundle) => CreateAsync(ApiServices,
        $$"""{"metadata":{"name":"v1.metrics.example"},"spec":{"group":"metrics.example","version":"v1","groupPriorityMinimum":100,"versionPriority":100,"caBundle":"{{bundle}}","service":{"namespace":"default","name":"fake"} } }""");

    private async Task CreateAsync(ResourcePath path, string json) => (await _api.CreateAsync(path, Bytes(json), WriteQuery.None, Cancel)).BodyOrThrow();

    private async Task<JsonObject> ReadAsync(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using HttpResponseMessage response = await _http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return KubeJson.ParseObject(await response.Content.ReadAsByteArrayAsync(Cancel));
    }

    private async Task<KubeObject> UntilAsync(string name, string status, string reason)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        string last = "nothing";
        try
        {
            await foreach (RawWatchEvent change in _api.WatchAsync(ApiServices, new ListQuery { FieldSelector = $"metadata.name={name}" }, patience.Token))
            {
                var item = KubeObject.Parse(change.Object);
                if (item.Status?.Array("conditions")?[0] is not JsonObject condition)
                    continue;
                last = $"{condition.String("status")} {condition.String("reason")}: {condition.String("message")}";
                if (condition.String("status") == status && condition.String("reason") == reason)
                    return item;
            }
        }
        catch (OperationCanceledException)
        {
            // said below
        }

        Assert.Fail($"{name} did not become {status} {reason}, but {last}");
        return default;
    }

    private static async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, Cancel);
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    private X509Certificate2 Admin() =>
        X509Certificate2.CreateFromPemFile(Path.Combine(_home.Path, "pki", "admin.crt"), Path.Combine(_home.Path, "pki", "admin.key"));

    private X509ChainPolicy Trust()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(Path.Combine(_home.Path, "pki", "ca.crt"));
        return policy;
    }

    private SocketsHttpHandler Handler() => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = Trust(), ClientCertificateContext = SslStreamCertificateContext.Create(Admin(), null),
        },
    };
}
