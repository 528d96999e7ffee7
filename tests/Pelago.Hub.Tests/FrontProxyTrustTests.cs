// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Client;
using Pelago.Hub.FrontProxies;
using Xunit;

namespace Pelago.Hub.Tests;

public sealed class FrontProxyTrustTests : IDisposable
{
    private readonly TestKeys _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void The_front_proxy_says_for_whom_it_asks()
    {
        using X509Certificate2 proxy = _keys.Issue("front-proxy-client");
        var headers = new HeaderDictionary
        {
            ["X-Remote-User"] = "ada", ["X-Remote-Uid"] = "7", ["X-Remote-Group"] = new(["devs", "system:authenticated"]), ["X-Remote-Extra-Example.com%2fscopes"] = "all",
        };

        ReviewedUser? user = Trust().UserOf(proxy, headers);

        Assert.NotNull(user);
        Assert.Equal("ada", user.Name);
        Assert.Equal("7", user.Uid);
        Assert.Equal(["devs", "system:authenticated"], user.Groups);
        Assert.Equal(["all"], user.Extra["example.com/scopes"]);
    }

    [Theory]
    [InlineData("X-Remote-User", true)]
    [InlineData("x-remote-uid", true)]
    [InlineData("X-Remote-Group", true)]
    [InlineData("X-Remote-Extra-Scopes", true)]
    [InlineData("X-Request-Id", false)]
    public void What_says_who_asks_is_known_and_not_passed_on(string header, bool speaks) => Assert.Equal(speaks, Trust().Speaks(header));

    [Fact]
    public void Nobody_else_is_believed()
    {
        using var others = new TestKeys();
        using X509Certificate2 proxy = _keys.Issue("front-proxy-client"), namesake = others.Issue("front-proxy-client"), other = _keys.Issue("somebody"),
            server = _keys.Issue("front-proxy-client", TestKeys.ServerUse), self = TestKeys.SelfSigned();
        var headers = new HeaderDictionary { ["X-Remote-User"] = "ada" };
        FrontProxyTrust trust = Trust();

        Assert.NotNull(trust.UserOf(proxy, headers));
        Assert.Null(trust.UserOf(null, headers));
        Assert.Null(trust.UserOf(namesake, headers));
        Assert.Null(trust.UserOf(other, headers));
        Assert.Null(trust.UserOf(server, headers));
        Assert.Null(trust.UserOf(self, headers));
        Assert.Null(trust.UserOf(proxy, new HeaderDictionary { ["X-Remote-Group"] = "system:masters" }));
    }

    [Fact]
    public void Without_allowed_names_every_client_of_the_authority_is_the_front_proxy()
    {
        using X509Certificate2 other = _keys.Issue("somebody");

        Assert.NotNull(Trust(names: "").UserOf(other, new HeaderDictionary { ["X-Remote-User"] = "ada" }));
    }

    [Fact]
    public void An_API_server_without_a_front_proxy_is_said_so() =>
        Assert.Throws<CryptographicException>(() => FrontProxySettings.Parse(new JsonObject { ["client-ca-file"] = "…" }));

    private FrontProxyTrust Trust(string names = "\"front-proxy-client\"") => FrontProxySettings.Parse(HubScene.FrontProxyData(_keys, names));
}
