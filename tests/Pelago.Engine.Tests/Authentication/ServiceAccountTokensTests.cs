// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Pelago.Engine.Authentication;
using Pelago.Engine.Certificates;
using Pelago.Engine.Tests.Authorization;
using Pelago.Store;
using Xunit;

namespace Pelago.Engine.Tests.Authentication;

public sealed class ServiceAccountTokensTests : IClassFixture<PkiFixture>, IAsyncDisposable
{
    private static readonly IReadOnlyList<string> Api = RequestAuthenticator.ApiAudiences;
    private readonly IRevisionStore _store = MemoryRevisionStore.Create();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 8, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ClusterPki _pki;
    private readonly ServiceAccountTokens _tokens;
    private readonly ServiceAccountTokenIssuer _issuer;

    public ServiceAccountTokensTests(PkiFixture fixture)
    {
        _pki = fixture.Pki;
        _tokens = new ServiceAccountTokens(_store, _pki.ServiceAccountKey, _time);
        _issuer = new ServiceAccountTokenIssuer(_pki.ServiceAccountKey, _time);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Bound_token_names_the_service_account_and_its_pod()
    {
        await AccountAsync();
        await _store.PutAsync("pods", """{"metadata":{"name":"p","namespace":"a","uid":"pod-uid"}}""");
        string token = Issue(Claims() with { Pod = new ClaimedObject("p", "pod-uid"), Node = new ClaimedObject("n", "node-uid") });

        AuthenticationResult result = await AskAsync(token);

        Assert.Equal("system:serviceaccount:a:robot", result.User?.Name);
        Assert.Equal("sa-uid", result.User!.Uid);
        Assert.Equal(["system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated"], result.User.Groups);
        Assert.Equal(["p"], result.User.Extra["authentication.kubernetes.io/pod-name"]);
        Assert.Equal(["pod-uid"], result.User.Extra["authentication.kubernetes.io/pod-uid"]);
        Assert.Equal(["n"], result.User.Extra["authentication.kubernetes.io/node-name"]);
        Assert.StartsWith("JTI=", result.User.Extra["authentication.kubernetes.io/credential-id"][0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_ends_with_its_time_although_it_was_seen_before()
    {
        await AccountAsync();
        string token = Issue(Claims());
        Assert.NotNull((await AskAsync(token)).User);

        _time.Advance(TimeSpan.FromMinutes(61.5));

        Assert.Null((await AskAsync(token)).User);
    }

    [Fact]
    public async Task Token_ends_when_the_account_is_made_again_under_the_same_name()
    {
        await AccountAsync();
        string token = Issue(Claims());
        Assert.NotNull((await AskAsync(token)).User);

        await _store.PutAsync("serviceaccounts", """{"metadata":{"name":"robot","namespace":"a","uid":"another"}}""");

        Assert.Null((await AskAsync(token)).User);
    }

    [Fact]
    public async Task Token_ends_with_its_pod()
    {
        await AccountAsync();
        await _store.PutAsync("pods", """{"metadata":{"name":"p","namespace":"a","uid":"pod-uid"}}""");
        string token = Issue(Claims() with { Pod = new ClaimedObject("p", "pod-uid") });
        Assert.NotNull((await AskAsync(token)).User);

        await _store.RemoveAsync("pods", "a", "p");

        Assert.Null((await AskAsync(token)).User);
    }

    [Fact]
    public async Task Pod_that_is_being_deleted_keeps_its_token_for_a_minute()
    {
        await AccountAsync();
        await _store.PutAsync("pods", """{"metadata":{"name":"p","namespace":"a","uid":"pod-uid","deletionTimestamp":"2026-08-01T12:00:10Z"}}""");
        string token = Issue(Claims() with { Pod = new ClaimedObject("p", "pod-uid") });

        _time.Advance(TimeSpan.FromSeconds(69));
        Assert.NotNull((await AskAsync(token)).User);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null((await AskAsync(token)).User);
    }

    [Fact]
    public async Task Audience_of_somebody_else_is_refused_and_accepted_where_it_is_asked_for()
    {
        await AccountAsync();
        string token = Issue(Claims() with { Audiences = ["vault", "x"] });

        Assert.True((await AskAsync(token)).IsBad);
        Assert.Equal(["vault"], (await _tokens.AuthenticateAsync(token, ["y", "vault"], TestContext.Current.CancellationToken)).Audiences);
    }

    [Fact]
    public async Task Token_of_another_key_is_not_ours()
    {
        await AccountAsync();
        using var home = new Certificates.TemporaryDirectory();
        using ServiceAccountKey other = ServiceAccountKey.LoadOrCreate(System.IO.Path.Combine(home.Path, "sa.key"));
        string token = new ServiceAccountTokenIssuer(other, _time).IssueBound(Claims(), _time.GetUtcNow().AddHours(1), null);

        Assert.Null((await AskAsync(token)).User);
    }

    [Fact]
    public async Task Token_that_was_changed_or_has_no_signature_is_not_ours()
    {
        await AccountAsync();
        string[] parts = Issue(Claims()).Split('.');
        string payload = Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("robot", "admin", StringComparison.Ordinal));
        string none = Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""");

        Assert.Null((await AskAsync($"{parts[0]}.{payload}.{parts[2]}")).User);
        Assert.Null((await AskAsync($"{none}.{parts[1]}.")).User);
        Assert.Null((await AskAsync("a.b.c")).User);
        Assert.Null((await AskAsync(new string('x', 100_000))).User);
    }

    [Fact]
    public async Task Token_signed_with_the_public_key_as_a_shared_secret_is_not_ours()
    {
        await AccountAsync();
        byte[] publicKey = Encoding.UTF8.GetBytes(_pki.ServiceAccountKey.ToJsonWebKey().X);
        var credentials = new SigningCredentials(new SymmetricSecurityKey(publicKey) { KeyId = _pki.ServiceAccountKey.KeyId }, SecurityAlgorithms.HmacSha256);
        string payload = Base64UrlEncoder.Decode(Issue(Claims()).Split('.')[1]);

        Assert.Null((await AskAsync(new JsonWebTokenHandler().CreateToken(payload, credentials))).User);
    }

    [Fact]
    public async Task Token_of_a_secret_lives_as_long_as_the_secret()
    {
        await AccountAsync();
        string token = Issue(Claims() with { Secret = new ClaimedObject("robot-token", "s") });
        Assert.Null((await AskAsync(token)).User);

        await _store.PutAsync("secrets", """{"metadata":{"name":"robot-token","namespace":"a","uid":"s"} }""");
        Assert.Equal("system:serviceaccount:a:robot", (await AskAsync(token)).User?.Name);

        await _store.RemoveAsync("secrets", "a", "robot-token");
        Assert.Null((await AskAsync(token)).User);
    }

    [Fact]
    public async Task Token_without_an_end_is_not_ours()
    {
        await AccountAsync();
        var credentials = new SigningCredentials(_pki.ServiceAccountKey.SecurityKey, _pki.ServiceAccountKey.Algorithm);
        var handler = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false };
        string endless = handler.CreateToken(
            $$$$"""{"iss":"{{{{Api[0]}}}}","aud":["{{{{Api[0]}}}}"],"sub":"system:serviceaccount:a:robot","kubernetes.io":{"namespace":"a","serviceaccount":{"name":"robot","uid":"sa-uid"}}}""",
            credentials);

        Assert.Null((await AskAsync(endless)).User);
    }

    private ServiceAccountClaims Claims() => new() { Namespace = "a", ServiceAccount = new ClaimedObject("robot", "sa-uid"), Audiences = Api };

    private string Issue(ServiceAccountClaims claims) => _issuer.IssueBound(claims, _time.GetUtcNow().AddHours(1), null);

    private ValueTask<AuthenticationResult> AskAsync(string token) => _tokens.AuthenticateAsync(token, Api, TestContext.Current.CancellationToken);

    private Task AccountAsync() => _store.PutAsync("serviceaccounts", """{"metadata":{"name":"robot","namespace":"a","uid":"sa-uid"}}""");
}
