// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Pelago.Engine.Authentication;
using Pelago.Engine.Certificates;
using Pelago.Engine.Requests;
using Pelago.Engine.Tests.Certificates;
using Xunit;

namespace Pelago.Engine.Tests.Authentication;

public sealed class RequestAuthenticatorTests : IClassFixture<PkiFixture>, IDisposable
{
    private readonly TemporaryDirectory _home = new();
    private readonly ClusterPki _pki;
    private readonly RequestAuthenticator _authenticator;
    private readonly DefaultHttpContext _http = new();

    public RequestAuthenticatorTests(PkiFixture fixture)
    {
        _pki = fixture.Pki;
        string tokens = Path.Combine(_home.Path, "tokens.csv");
        File.WriteAllText(tokens, "s3cret,jane,u1,\"dev,ops\"\n\nother,joe,u2\n");
        _authenticator = new RequestAuthenticator(
            new FrontProxy(_pki.FrontProxyAuthority, TimeProvider.System), new ClientCertificates(_pki.Authority, TimeProvider.System), [StaticTokens.Read(tokens)]);
    }

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Request_without_credentials_is_anonymous()
    {
        UserInfo? user = await AskAsync();

        Assert.Equal("system:anonymous", user?.Name);
        Assert.Equal(["system:unauthenticated"], user!.Groups);
    }

    [Fact]
    public async Task Certificate_of_the_authority_names_user_and_groups()
    {
        _http.Connection.ClientCertificate = Certificate(_pki.IssueClient("jane", ["dev"]));

        UserInfo? user = await AskAsync();

        Assert.Equal("jane", user?.Name);
        Assert.Equal(["dev", "system:authenticated"], user!.Groups);
        Assert.StartsWith("X509SHA256=", user.Extra["authentication.kubernetes.io/credential-id"][0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_of_somebody_else_is_refused()
    {
        using X509Certificate2 authority = CertificateIssuer.CreateAuthority("pelago-ca", TimeProvider.System.GetUtcNow());
        _http.Connection.ClientCertificate =
            CertificateIssuer.Issue(authority, new CertificateSubject("mallory") { Organizations = ["system:masters"] }, TimeProvider.System.GetUtcNow());

        Assert.Null(await AskAsync());
    }

    [Fact]
    public async Task Server_certificate_is_no_client_certificate()
    {
        _http.Connection.ClientCertificate = _pki.NodeServer("n1", [])();

        Assert.Null(await AskAsync());
    }

    [Fact]
    public async Task Bad_certificate_beside_a_good_token_is_the_tokens_user()
    {
        _http.Connection.ClientCertificate = _pki.NodeServer("n1", [])();
        _http.Request.Headers.Authorization = "Bearer s3cret";

        Assert.Equal("jane", (await AskAsync())?.Name);
    }

    [Fact]
    public async Task Good_certificate_beside_a_bad_token_is_the_certificates_user()
    {
        _http.Connection.ClientCertificate = Certificate(_pki.IssueClient("jane", []));
        _http.Request.Headers.Authorization = "Bearer nonsense";

        Assert.Equal("jane", (await AskAsync())?.Name);
    }

    [Theory]
    [InlineData("Bearer s3cret", "jane")]
    [InlineData("bearer s3cret", "jane")]
    [InlineData("Bearer other", "joe")]
    [InlineData("Bearer s3cre", null)]
    [InlineData("Bearer ", "system:anonymous")]
    [InlineData("Basic s3cret", "system:anonymous")]
    public async Task Bearer_token_alone_decides(string header, string? expected)
    {
        _http.Request.Headers.Authorization = header;

        UserInfo? user = await AskAsync();

        Assert.Equal(expected, user?.Name);
        Assert.False(_http.Request.Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task Static_token_gives_the_groups_of_its_line()
    {
        _http.Request.Headers.Authorization = "Bearer s3cret";

        UserInfo? user = await AskAsync();

        Assert.Equal("u1", user?.Uid);
        Assert.Equal(["dev", "ops", "system:authenticated"], user!.Groups);
    }

    [Fact]
    public async Task Browser_token_comes_in_a_websocket_subprotocol_and_is_taken_out()
    {
        _http.Request.Headers.SecWebSocketProtocol = "base64url.bearer.authorization.k8s.io.czNjcmV0, v4.channel.k8s.io";

        Assert.Equal("jane", (await AskAsync())?.Name);
        Assert.Equal("v4.channel.k8s.io", _http.Request.Headers.SecWebSocketProtocol);
    }

    [Fact]
    public async Task Front_proxy_names_the_user_in_headers()
    {
        _http.Connection.ClientCertificate = _pki.ProxyClient;
        _http.Request.Headers["X-Remote-User"] = "jane";
        _http.Request.Headers["X-Remote-Group"] = new(["dev", "ops"]);
        _http.Request.Headers["X-Remote-Uid"] = "u7";
        _http.Request.Headers["X-Remote-Extra-Acme.com%2fProject"] = "one";

        UserInfo? user = await AskAsync();

        Assert.Equal("jane", user?.Name);
        Assert.Equal("u7", user!.Uid);
        Assert.Equal(["dev", "ops", "system:authenticated"], user.Groups);
        Assert.Equal(["one"], user.Extra["acme.com/project"]);
        Assert.DoesNotContain(_http.Request.Headers, header => header.Key.StartsWith("X-Remote-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Remote_headers_of_anybody_else_count_for_nothing_and_are_removed()
    {
        _http.Connection.ClientCertificate = Certificate(_pki.IssueClient("mallory", []));
        _http.Request.Headers["x-remote-user"] = "root";
        _http.Request.Headers["X-REMOTE-GROUP"] = "system:masters";
        _http.Request.Headers["X-Remote-Extra-a"] = "b";

        UserInfo? user = await AskAsync();

        Assert.Equal("mallory", user?.Name);
        Assert.DoesNotContain(_http.Request.Headers, header => header.Key.StartsWith("X-Remote-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Another_client_of_the_front_proxy_authority_is_not_the_proxy()
    {
        _http.Connection.ClientCertificate =
            CertificateIssuer.Issue(_pki.FrontProxyAuthority, new CertificateSubject("other"), TimeProvider.System.GetUtcNow());
        _http.Request.Headers["X-Remote-User"] = "root";

        Assert.Null(await AskAsync());
    }

    [Fact]
    public async Task Front_proxy_certificate_without_a_user_header_is_refused()
    {
        _http.Connection.ClientCertificate = _pki.ProxyClient;

        Assert.Null(await AskAsync());
    }

    [Fact]
    public void Token_file_error_names_the_line_and_not_the_token()
    {
        string path = Path.Combine(_home.Path, "bad.csv");
        File.WriteAllText(path, "good,a,1\nhush-hush,b\n");

        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => StaticTokens.Read(path));

        Assert.Contains("line 2", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", fault.Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 Certificate(CertificatePair pair) => X509Certificate2.CreateFromPem(pair.CertificatePem, pair.PrivateKeyPem);

    private ValueTask<UserInfo?> AskAsync() => _authenticator.AuthenticateAsync(_http, TestContext.Current.CancellationToken);
}
