// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Server;

/// <summary>An engine as it really runs: TLS, client certificates, RBAC, a state file.</summary>
public sealed class SecuredEngineTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("pelago-test-");
    private EngineHost? _host;

    private EngineHost Host => _host!;

    public async ValueTask InitializeAsync() => _host = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task The_administrators_certificate_opens_everything_over_http_2()
    {
        using HttpClient admin = Client(withCertificate: true);

        using HttpResponseMessage response = await admin.GetAsync("/api/v1/namespaces/default", TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (response.StatusCode, response.Version));
    }

    [Fact]
    public async Task Strangers_may_ask_for_the_version_and_nothing_else()
    {
        using HttpClient anonymous = Client(withCertificate: false);

        using HttpResponseMessage version = await anonymous.GetAsync("/version", TestContext.Current.CancellationToken);
        using HttpResponseMessage pods = await anonymous.GetAsync("/api/v1/namespaces/default/pods", TestContext.Current.CancellationToken);
        using var bad = new HttpRequestMessage(HttpMethod.Get, "/version");
        bad.Headers.TryAddWithoutValidation("Authorization", "Bearer nonsense");
        using HttpResponseMessage unauthorized = await anonymous.SendAsync(bad, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized), (version.StatusCode, pods.StatusCode, unauthorized.StatusCode));
        Assert.Contains(
            "pods is forbidden: User \\\"system:anonymous\\\" cannot list resource \\\"pods\\\" in API group \\\"\\\" in the namespace \\\"default\\\"",
            await pods.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_begins_with_its_namespaces_roles_and_its_own_service()
    {
        using HttpClient admin = Client(withCertificate: true);

        KubeObject service = await ReadAsync(admin, "/api/v1/namespaces/default/services/kubernetes");

        Assert.Equal("10.96.0.1", service.Spec!.String("clusterIP"));
        foreach (string path in (string[])
            ["/api/v1/namespaces/kube-system", "/apis/rbac.authorization.k8s.io/v1/clusterroles/cluster-admin", "/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical"])
            Assert.NotEqual("", (await ReadAsync(admin, path)).Uid);
    }

    [Fact]
    public async Task A_restart_keeps_objects_credentials_and_revisions()
    {
        using HttpClient admin = Client(withCertificate: true);
        using var body = new StringContent("""{"metadata":{"name":"kept"},"spec":{"ports":[{"port":80}]}}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage made = await admin.PostAsync("/api/v1/namespaces/default/services", body, TestContext.Current.CancellationToken);
        KubeObject before = KubeObject.Parse(await made.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));

        await Host.DisposeAsync();
        _host = await StartAsync();
        using HttpClient again = Client(withCertificate: true);
        KubeObject after = await ReadAsync(again, "/api/v1/namespaces/default/services/kept");
        using var taken = new StringContent(
            $$$"""{"metadata":{"name":"second"},"spec":{"clusterIP":"{{{before.Spec!.String("clusterIP")}}}","ports":[{"port":80}]}}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage refused = await again.PostAsync("/api/v1/namespaces/default/services", taken, TestContext.Current.CancellationToken);

        Assert.Equal(before.Json.ToJsonString(), after.Json.ToJsonString());
        Assert.Equal(422, (int)refused.StatusCode);
        Assert.Contains("provided IP is already allocated", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_engine_on_a_port_says_what_to_do()
    {
        var options = new EngineOptions { PlainHttp = true, OpenAccess = true, Port = Host.Server.Port };

        IOException fault = await Assert.ThrowsAsync<IOException>(() =>
            EngineHost.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.StartsWith($"cannot listen on 127.0.0.1:{Host.Server.Port}: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Stop what uses the port", fault.Message, StringComparison.Ordinal);
    }

    private static async Task<KubeObject> ReadAsync(HttpClient http, string path) =>
        KubeObject.Parse(await http.GetByteArrayAsync(path, TestContext.Current.CancellationToken));

    private Task<EngineHost> StartAsync() => EngineHost.StartAsync(
        new EngineOptions { StateDirectory = _directory.FullName, Durability = EngineDurability.Fast, RunControllers = false }, NullLoggerFactory.Instance, TimeProvider.System,
        TestContext.Current.CancellationToken);

    private HttpClient Client(bool withCertificate)
    {
        string pki = Path.Combine(_directory.FullName, "pki");
        var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(pki, "ca.crt"));
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
        {
            chain!.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(authority);
            return chain.Build((X509Certificate2)certificate!);
        };
        if (withCertificate)
        {
            X509Certificate2 mine = X509Certificate2.CreateFromPemFile(Path.Combine(pki, "admin.crt"), Path.Combine(pki, "admin.key"));
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(mine, null);
        }

        return new HttpClient(handler) { BaseAddress = Host.Server, DefaultRequestVersion = HttpVersion.Version20 };
    }
}
