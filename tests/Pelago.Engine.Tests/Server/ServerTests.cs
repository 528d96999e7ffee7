// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Server;

public class ServerTests(EngineFixture engine)
{
    [Theory]
    [InlineData("GET", "/api/v1/nothings", 404, "NotFound", "the server could not find the requested resource")]
    [InlineData("GET", "/api/v1/namespaces/default/pods/a/nothing", 404, "NotFound", "the server could not find the requested resource")]
    [InlineData("GET", "/apis/apps/v9", 404, "NotFound", "the server could not find the requested resource")]
    [InlineData("GET", "/api/v1//pods", 404, "NotFound", "the server could not find the requested resource")]
    [InlineData("GET", "/api/v1/namespaces/default/pods/gone", 404, "NotFound", "pods \"gone\" not found")]
    [InlineData("GET", "/apis/apps/v1/namespaces/default/deployments/gone", 404, "NotFound", "deployments.apps \"gone\" not found")]
    [InlineData("DELETE", "/api/v1/namespaces", 405, "MethodNotAllowed", "the server does not allow this method on the requested resource")]
    [InlineData("POST", "/api/v1/pods", 405, "MethodNotAllowed", "the server does not allow this method on the requested resource")]
    [InlineData("DELETE", "/api/v1/pods", 405, "MethodNotAllowed", "the server does not allow this method on the requested resource")]
    [InlineData("DELETE", "/apis/apps/v1/deployments?labelSelector=a%3Db", 405, "MethodNotAllowed", "the server does not allow this method on the requested resource")]
    [InlineData("POST", "/api/v1/namespaces/default/pods/foo", 405, "MethodNotAllowed", "the server does not allow this method on the requested resource")]
    [InlineData("POST", "/api/v1/nodes/foo", 405, "MethodNotAllowed", "the server does not allow this method on the requested resource")]
    [InlineData("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews/foo", 404, "NotFound", "the server could not find the requested resource")]
    [InlineData("POST", "/apis/authorization.k8s.io/v1/localsubjectaccessreviews", 404, "NotFound", "the server could not find the requested resource")]
    [InlineData("GET", "/api/v1/namespaces/default/namespaces", 404, "NotFound", "the server could not find the requested resource")]
    [InlineData("GET", "/api/v1/namespaces/default/namespaces/kube-system", 404, "NotFound", "the server could not find the requested resource")]
    [InlineData("POST", "/api/v1/namespaces/default/namespaces", 404, "NotFound", "the server could not find the requested resource")]
    [InlineData("GET", "/apis/authorization.k8s.io/v1/subjectaccessreviews", 405, "MethodNotAllowed", "the server does not allow this method on the requested resource")]
    [InlineData("POST", "/version", 405, "MethodNotAllowed", "the server does not allow this method on the requested resource")]
    public async Task What_is_not_served_is_a_status(string method, string path, int code, string reason, string message)
    {
        Answer answer = await engine.SendAsync(method, path, method == "POST" ? "{}" : null);

        Assert.Equal((code, reason, message), (answer.Code, answer.Reason, answer.Message));
        Assert.Equal(("Status", "v1", "Failure"), (answer.Json.String("kind"), answer.Json.String("apiVersion"), answer.Json.String("status")));
        Assert.Equal(code, answer.Json.Integer("code"));
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("//api/v1/pods")]
    [InlineData("/apis/example.com")]
    [InlineData("/apis/example.com/v1/things/a")]
    public async Task What_is_of_no_group_of_ours_is_a_line_of_text(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(engine.Http.BaseAddress!.GetLeftPart(UriPartial.Authority) + path));
        using HttpResponseMessage answer = await engine.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(
            (404, "text/plain", "404 page not found\n"),
            ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData("application/vnd.kubernetes.protobuf", 400)]
    [InlineData("text/plain", 415)]
    [InlineData("application/json; charset=utf-8", 201)]
    public async Task A_body_of_another_type_is_refused(string contentType, int code)
    {
        string ns = await engine.NamespaceAsync();

        Answer answer = await engine.SendAsync("POST", $"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"a"}}""", contentType);

        Assert.Equal(code, answer.Code);
        if (code == 415)
            Assert.Equal("the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf", answer.Message);
        if (code == 400)
            Assert.Equal("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]", answer.Message);
    }

    [Fact]
    public async Task A_patch_of_another_type_is_told_which_there_are()
    {
        Answer answer = await engine.SendAsync("PATCH", "/api/v1/namespaces/default/pods/a", "{}");

        Assert.Equal((415, "UnsupportedMediaType"), (answer.Code, answer.Reason));
        Assert.Equal(
            "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, "
            + "application/strategic-merge-patch+json, application/apply-patch+yaml",
            answer.Message);
    }

    [Theory]
    [InlineData("text/html", 406)]
    [InlineData("application/vnd.kubernetes.protobuf", 406)]
    [InlineData("application/vnd.kubernetes.protobuf, */*", 200)]
    [InlineData("application/json;as=Unknown;v=v9;g=meta.k8s.io", 406)]
    [InlineData("application/json;as=Unknown;v=v9;g=meta.k8s.io, application/json", 200)]
    public async Task An_answer_takes_the_first_form_that_is_served(string accept, int code)
    {
        Answer answer = await engine.GetAsync("/api/v1/namespaces", accept);

        Assert.Equal(code, answer.Code);
    }

    [Fact]
    public async Task Head_is_a_get_without_a_body_where_upstream_does_not_route_by_methods()
    {
        string ns = await engine.NamespaceAsync();

        Answer health = await engine.SendAsync("HEAD", "/healthz");
        Answer there = await engine.SendAsync("HEAD", $"/api/v1/namespaces/{ns}");
        Answer list = await engine.SendAsync("HEAD", "/api/v1/namespaces");

        Assert.Equal((200, "", 405, "", 405, ""), (health.Code, health.Text, there.Code, there.Text, list.Code, list.Text));
    }

    [Fact]
    public async Task The_version_is_one_that_clients_understand()
    {
        JsonObject version = (await engine.GetAsync("/version")).Json;

        Assert.Matches("^[0-9]+$", version.String("major"));
        Assert.Matches("^[0-9]+$", version.String("minor"));
        Assert.Matches(@"^v1\.33\.\d+", version.String("gitVersion"));
    }

    [Theory]
    [InlineData("/healthz", "ok")]
    [InlineData("/livez", "ok")]
    [InlineData("/readyz", "ok")]
    [InlineData("/readyz/ping", "ok")]
    [InlineData("/livez?verbose", "[+]ping ok\n[+]etcd ok\nlivez check passed\n")]
    [InlineData("/readyz?verbose=true&exclude=etcd", "[+]ping ok\n[+]etcd excluded: ok\n[+]poststarthook/bootstrap ok\n[+]shutdown ok\nreadyz check passed\n")]
    public async Task Health_is_told_as_upstream_tells_it(string path, string text)
    {
        Answer answer = await engine.GetAsync(path);

        Assert.Equal((200, text), (answer.Code, answer.Text));
    }

    [Fact]
    public async Task Metrics_count_requests()
    {
        await engine.GetAsync("/api/v1/nodes");

        Answer metrics = await engine.GetAsync("/metrics");

        Assert.Contains("apiserver_request_total{code=\"200\",group=\"\",resource=\"nodes\",subresource=\"\",verb=\"LIST\",version=\"v1\"} ", metrics.Text, StringComparison.Ordinal);
        Assert.Contains("apiserver_request_duration_seconds_bucket{group=\"\",resource=\"nodes\",subresource=\"\",verb=\"LIST\",le=\"+Inf\"} ", metrics.Text, StringComparison.Ordinal);
    }
}
