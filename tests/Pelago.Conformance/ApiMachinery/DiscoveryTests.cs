// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

public sealed class DiscoveryTests(TestCluster cluster) : ApiTest(cluster)
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    [Fact]
    public async Task Version_has_numeric_major_and_minor()
    {
        JsonObject version = (await Api.GetAsync("/version")).Expect(200).Json;

        Assert.Matches(@"^\d+$", version["major"]!.GetValue<string>());
        Assert.Matches(@"^\d+$", version["minor"]!.GetValue<string>().TrimEnd('+'));
        Assert.StartsWith("v", version["gitVersion"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    public async Task Health_is_one_word(string path)
    {
        RawAnswer answer = await Api.GetAsync(path);

        Assert.Equal("ok", answer.Expect(200).Text);
    }

    [Fact]
    public async Task Health_tells_its_checks_when_asked()
    {
        RawAnswer answer = await Api.GetAsync("/readyz?verbose");

        Assert.Contains("[+]ping ok", answer.Expect(200).Text, StringComparison.Ordinal);
        Assert.Contains("readyz check passed", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_preferred_version_is_served_and_every_group_version_lists_resources()
    {
        Dictionary<string, string[]> groups = await VersionsAsync();
        var answers = new Dictionary<string, RawAnswer>();
        foreach (string version in groups.Values.SelectMany(versions => versions))
            answers[version] = await Api.GetAsync("/apis/" + version);

        // Tests beside this one define kinds and take them away: what is listed before and after was there all the time.
        HashSet<string> still = [.. (await VersionsAsync()).Values.SelectMany(versions => versions)];
        Assert.Contains("apps/v1", still);
        foreach ((string version, RawAnswer answer) in answers.Where(answer => still.Contains(answer.Key)))
            Assert.Equal(version, answer.Expect(200).Json["groupVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task Resources_tell_their_verbs_names_and_the_kinds_of_their_subresources()
    {
        JsonArray core = (await Api.GetAsync("/api/v1")).Expect(200).Json["resources"]!.AsArray();
        JsonObject Find(string name) => core.Single(resource => resource!["name"]!.GetValue<string>() == name)!.AsObject();

        JsonObject pods = Find("pods");
        Assert.Equal("Pod", pods["kind"]!.GetValue<string>());
        Assert.True(pods["namespaced"]!.GetValue<bool>());
        Assert.Contains("po", pods["shortNames"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Contains("all", pods["categories"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Equal(["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"], pods["verbs"]!.AsArray().Select(verb => verb!.GetValue<string>()));
        Assert.NotEqual("", pods["storageVersionHash"]!.GetValue<string>());
        Assert.Equal("Eviction", Find("pods/eviction")["kind"]!.GetValue<string>());
        Assert.Equal("policy", Find("pods/eviction")["group"]!.GetValue<string>());
        Assert.Equal("TokenRequest", Find("serviceaccounts/token")["kind"]!.GetValue<string>());
    }

    [Fact]
    public async Task Aggregated_discovery_answers_on_both_roots_with_an_etag()
    {
        TestCluster.NotOn(Cluster.MinorVersion < 30, "aggregated discovery v2 is served from 1.30 on");

        RawAnswer api = (await Api.GetAsync("/api", Aggregated)).Expect(200);
        RawAnswer apis = (await Api.GetAsync("/apis", Aggregated)).Expect(200);
        // Tests beside this one define kinds and take them away, after which the document is another with another tag.
        await Until(
            async () =>
            {
                string tag = (await Api.GetAsync("/apis", Aggregated)).Expect(200).Headers.ETag!.ToString();
                return (await Api.SendAsync(HttpMethod.Get, "/apis", null, null, Aggregated, ("If-None-Match", tag))).Code == 304;
            },
            "the document that is known is not sent again");

        Assert.Contains("as=APIGroupDiscoveryList", api.ContentType!, StringComparison.Ordinal);
        JsonNode pods = api.Json["items"]![0]!["versions"]![0]!["resources"]!.AsArray().Single(resource => resource!["resource"]!.GetValue<string>() == "pods")!;
        Assert.Equal("Namespaced", pods["scope"]!.GetValue<string>());
        Assert.Equal("Pod", pods["responseKind"]!["kind"]!.GetValue<string>());
        Assert.Contains(apis.Json["items"]!.AsArray(), group => group!["metadata"]!["name"]!.GetValue<string>() == "apps");
        Assert.NotNull(apis.Headers.ETag);
    }

    [Fact]
    public async Task Discovery_in_an_unknown_form_is_not_acceptable()
    {
        RawAnswer answer = await Api.GetAsync("/apis", "application/json;g=apidiscovery.k8s.io;v=v9;as=Unknown");

        Assert.Equal(406, answer.Code);
    }

    [Fact]
    public async Task Open_api_v3_documents_are_addressed_by_their_hash()
    {
        TestCluster.NotOn(Cluster.MinorVersion < 27, "OpenAPI v3 is served from 1.27 on");

        JsonObject index = (await Api.GetAsync("/openapi/v3")).Expect(200).Json;
        string path = index["paths"]!["apis/apps/v1"]!["serverRelativeURL"]!.GetValue<string>();
        JsonObject apps = (await Api.GetAsync(path)).Expect(200).Json;

        Assert.Contains("hash=", path, StringComparison.Ordinal);
        Assert.NotNull(apps["components"]!["schemas"]!["io.k8s.api.apps.v1.Deployment"]);
        JsonArray parameters = apps["paths"]!["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]!["patch"]!["parameters"]!.AsArray();
        Assert.Contains(parameters, parameter => parameter!["name"]?.GetValue<string>() == "fieldValidation");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/com.github.proto-openapi.spec.v2@v1.0+protobuf")]
    public async Task Open_api_v2_is_served_in_both_forms(string accept)
    {
        RawAnswer answer = await Api.GetAsync("/openapi/v2", accept);

        Assert.Equal(200, answer.Code);
        Assert.Contains("io.k8s.api.core.v1.Pod", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_in_the_prometheus_text_form()
    {
        RawAnswer answer = await Api.GetAsync("/metrics");

        Assert.Contains("# TYPE apiserver_request_total counter", answer.Expect(200).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Webhook_configurations_are_in_the_discovery_documents()
    {
        JsonObject group = (await Api.GetAsync("/apis/admissionregistration.k8s.io")).Expect(200).Json;
        JsonObject resources = (await Api.GetAsync("/apis/admissionregistration.k8s.io/v1")).Expect(200).Json;

        Assert.Contains(group["versions"]!.AsArray(), version => version!["groupVersion"]!.GetValue<string>() == "admissionregistration.k8s.io/v1");
        string[] names = [.. resources["resources"]!.AsArray().Select(resource => resource!["name"]!.GetValue<string>())];
        Assert.Contains("mutatingwebhookconfigurations", names);
        Assert.Contains("validatingwebhookconfigurations", names);
    }

    /// <summary>The group versions of each group; the preferred one is among them.</summary>
    private async Task<Dictionary<string, string[]>> VersionsAsync()
    {
        var found = new Dictionary<string, string[]>();
        foreach (JsonNode? group in (await Api.GetAsync("/apis")).Expect(200).Json["groups"]!.AsArray())
        {
            string[] versions = [.. group!["versions"]!.AsArray().Select(version => version!["groupVersion"]!.GetValue<string>())];
            Assert.Contains(group["preferredVersion"]!["groupVersion"]!.GetValue<string>(), versions);
            found[group["name"]!.GetValue<string>()] = versions;
        }
        return found;
    }
}
