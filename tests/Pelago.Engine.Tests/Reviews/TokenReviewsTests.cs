// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using Pelago.Engine.Authentication;
using Pelago.Engine.Requests;
using Pelago.Engine.Resources;
using Pelago.Engine.Reviews;
using Pelago.Engine.Tests.Authentication;
using Pelago.Engine.Tests.Authorization;
using Pelago.Kube;
using Pelago.Store;
using Xunit;

namespace Pelago.Engine.Tests.Reviews;

public sealed class TokenReviewsTests : IClassFixture<PkiFixture>, IAsyncLifetime
{
    private readonly IRevisionStore _store = MemoryRevisionStore.Create();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 8, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly TokenRequests _requests;
    private readonly TokenReviews _reviews;

    public TokenReviewsTests(PkiFixture fixture)
    {
        var issuer = new ServiceAccountTokenIssuer(fixture.Pki.ServiceAccountKey, _time);
        _requests = new TokenRequests(_store, issuer, _time);
        _reviews = new TokenReviews(new RequestAuthenticator(
            new FrontProxy(fixture.Pki.FrontProxyAuthority, _time), new ClientCertificates(fixture.Pki.Authority, _time),
            [new ServiceAccountTokens(_store, fixture.Pki.ServiceAccountKey, _time)]));
    }

    public async ValueTask InitializeAsync()
    {
        await _store.PutAsync("serviceaccounts", """{"metadata":{"name":"robot","namespace":"a","uid":"sa-uid"}}""");
        await _store.PutAsync("nodes", """{"metadata":{"name":"n1","uid":"node-uid"}}""");
        await _store.PutAsync("pods", """{"metadata":{"name":"p","namespace":"a","uid":"pod-uid"},"spec":{"serviceAccountName":"robot","nodeName":"n1"}}""");
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Requested_token_passes_its_review()
    {
        JsonObject issued = (await RequestAsync("{}")).Status();
        JsonObject review = await ReviewAsync(issued.String("token")!);

        Assert.Equal("2026-08-01T13:00:00Z", issued.String("expirationTimestamp"));
        Assert.Equal(true, review.Boolean("authenticated"));
        Assert.Equal("system:serviceaccount:a:robot", review.Object("user")!.String("username"));
        Assert.Equal("sa-uid", review.Object("user")!.String("uid"));
        Assert.Equal($"[\"{ServiceAccountTokenIssuer.Issuer}\"]", review.Array("audiences")!.ToJsonString());
    }

    [Fact]
    public async Task Answer_says_what_was_asked_and_what_was_chosen()
    {
        ResourceResult result = await RequestAsync("""{"spec":{"audiences":["x","y"],"expirationSeconds":700}}""");

        JsonObject document = KubeJson.ParseObject(result.Bytes);
        Assert.Equal("""{"audiences":["x","y"],"expirationSeconds":700}""", document.Object("spec")!.ToJsonString());
        Assert.Equal("robot", new KubeObject(document).Name);
        Assert.Equal("a", new KubeObject(document).Namespace);
        Assert.Equal("2026-08-01T12:11:40Z", result.Status().String("expirationTimestamp"));
    }

    [Theory]
    [InlineData("""{"spec":{"expirationSeconds":599}}""", "spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes")]
    [InlineData("""{"spec":{"expirationSeconds":4294967297}}""", "spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds")]
    [InlineData("""{"metadata":{"name":"other"}}""", "metadata.name: Invalid value: \"other\": must match the service account name if specified")]
    public async Task Bad_request_is_invalid(string body, string why)
    {
        ResourceResult result = await RequestAsync(body);

        Assert.Equal($"TokenRequest.authentication.k8s.io \"\" is invalid: {why}", result.Error?.Message);
    }

    [Theory]
    [InlineData("""{"kind":"Pod","apiVersion":"v1","name":"gone"}""", 404, "pods \"gone\" not found")]
    [InlineData("""{"kind":"Foo","apiVersion":"v1","name":"p"}""", 400, "cannot bind token to object of type /v1, Kind=Foo")]
    [InlineData("""{"kind":"Pod","apiVersion":"v1","name":"p","uid":"old"}""", 409,
        "Operation cannot be fulfilled on Pod \"p\": the UID in the bound object reference (old) does not match the UID in record. The object might have been deleted and then recreated")]
    public async Task Object_to_bind_to_must_be_there(string reference, int code, string message)
    {
        ResourceResult result = await RequestAsync($$"""{"spec":{"boundObjectRef":{{reference}} } }""");

        Assert.Equal(code, result.Error?.Code);
        Assert.Equal(message, result.Error!.Message);
    }

    [Fact]
    public async Task Pod_of_another_account_cannot_be_bound_to()
    {
        await _store.PutAsync("pods", """{"metadata":{"name":"q","namespace":"a","uid":"q"},"spec":{"serviceAccountName":"default"}}""");

        ResourceResult result = await RequestAsync("""{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"q"}}}""");

        Assert.Equal("cannot bind token for serviceaccount \"robot\" to pod running with different serviceaccount name.", result.Error?.Message);
    }

    [Fact]
    public async Task Token_of_a_pod_names_pod_and_node_and_lives_longer_than_it_says()
    {
        JsonObject issued = (await RequestAsync("""{"spec":{"expirationSeconds":3607,"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}}""")).Status();
        string token = issued.String("token")!;

        JsonObject claims = KubeJson.ParseObject(Base64UrlEncoder.DecodeBytes(token.Split('.')[1]));
        Assert.Equal("2026-08-01T13:00:07Z", issued.String("expirationTimestamp"));
        Assert.Equal(
            """{"namespace":"a","serviceaccount":{"name":"robot","uid":"sa-uid"},"pod":{"name":"p","uid":"pod-uid"},"node":{"name":"n1","uid":"node-uid"},"warnafter":1785589207}""",
            claims.Object("kubernetes.io")!.ToJsonString());
        _time.Advance(TimeSpan.FromDays(300));
        Assert.Equal(true, (await ReviewAsync(token)).Boolean("authenticated"));
    }

    [Fact]
    public async Task Account_that_is_not_there_has_no_token()
    {
        ResourceResult result = await _requests.PostAsync(UserInfo.System("x"), "{}", "a", "nobody");

        Assert.Equal("serviceaccounts \"nobody\" not found", result.Error?.Message);
    }

    [Fact]
    public async Task Review_of_a_bad_token_says_so_and_nothing_else()
    {
        JsonObject status = await ReviewAsync("nonsense");

        Assert.Equal("""{"user":{},"error":"invalid bearer token"}""", status.ToJsonString());
        Assert.Equal("token is required for TokenReview in authentication", (await _reviews.PostAsync(UserInfo.System("x"), "{}")).Error?.Message);
    }

    private Task<ResourceResult> RequestAsync(string body) => _requests.PostAsync(UserInfo.System("x"), body, "a", "robot");

    private async Task<JsonObject> ReviewAsync(string token) =>
        (await _reviews.PostAsync(UserInfo.System("x"), $$"""{"spec":{"token":"{{token}}"} }""")).Status();
}
