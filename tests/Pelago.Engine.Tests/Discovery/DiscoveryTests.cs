// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text.Json.Nodes;
using Pelago.Engine.Discovery;
using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Discovery;

public class DiscoveryTests(EngineFixture engine)
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    [Fact]
    public async Task The_legacy_roots_list_versions_and_groups()
    {
        JsonObject core = (await engine.GetAsync("/api")).Json;
        JsonObject groups = (await engine.GetAsync("/apis/")).Json;

        Assert.Equal(("APIVersions", "v1"), (core.String("kind"), core.Array("versions")![0]!.GetValue<string>()));
        JsonObject apps = groups.Array("groups")!.OfType<JsonObject>().Single(group => group.String("name") == "apps");
        Assert.Equal("apps/v1", apps.At("preferredVersion", "groupVersion")!.GetValue<string>());
        JsonObject autoscaling = groups.Array("groups")!.OfType<JsonObject>().Single(group => group.String("name") == "autoscaling");
        Assert.Equal(["v2", "v1"], autoscaling.Array("versions")!.Select(version => version!["version"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_resource_list_shows_resources_with_their_subresources()
    {
        JsonObject list = (await engine.GetAsync("/api/v1")).Json;

        JsonObject Find(string name) => list.Array("resources")!.OfType<JsonObject>().Single(resource => resource.String("name") == name);
        Assert.Equal(("APIResourceList", "v1"), (list.String("kind"), list.String("groupVersion")));
        JsonObject pods = Find("pods");
        Assert.Equal(("pod", true, "Pod"), (pods.String("singularName"), pods.Boolean("namespaced"), pods.String("kind")));
        Assert.Equal(["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"], Texts(pods.Array("verbs")));
        Assert.Equal(["po"], Texts(pods.Array("shortNames")));
        Assert.Equal(["all"], Texts(pods.Array("categories")));
        Assert.Equal("xPOwRZ+Yhw8=", pods.String("storageVersionHash"));
        JsonObject eviction = Find("pods/eviction");
        Assert.Equal(("policy", "v1", "Eviction"), (eviction.String("group"), eviction.String("version"), eviction.String("kind")));
    }

    [Theory]
    [InlineData("/apis/apps", "APIGroup")]
    [InlineData("/apis/apps/v1", "APIResourceList")]
    public async Task Groups_and_versions_have_documents_of_their_own(string path, string kind)
    {
        Assert.Equal(kind, (await engine.GetAsync(path)).Json.String("kind"));
        Assert.Equal(404, (await engine.GetAsync(path + "9")).Code);
    }

    [Theory]
    [InlineData("/api", "")]
    [InlineData("/apis", "apps")]
    public async Task Both_roots_answer_in_the_aggregated_form(string path, string group)
    {
        Answer answer = await engine.GetAsync(path, Aggregated + ",application/json");

        Assert.Equal("application/json; g=apidiscovery.k8s.io; v=v2; as=APIGroupDiscoveryList", answer.Response.Content.Headers.ContentType!.ToString());
        Assert.Equal(("APIGroupDiscoveryList", "apidiscovery.k8s.io/v2"), (answer.Json.String("kind"), answer.Json.String("apiVersion")));
        JsonObject found = answer.Json.Array("items")!.OfType<JsonObject>().Single(item => (item.Object("metadata")!.String("name") ?? "") == group);
        JsonObject version = (JsonObject)found.Array("versions")![0]!;
        Assert.Equal("Current", version.String("freshness"));
        Assert.NotEmpty(version.Array("resources")!);
    }

    [Fact]
    public async Task An_unchanged_aggregated_document_is_not_sent_again()
    {
        string etag = (await engine.GetAsync("/apis", Aggregated)).Response.Headers.ETag!.Tag;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/apis");
        request.Headers.TryAddWithoutValidation("Accept", Aggregated);
        request.Headers.TryAddWithoutValidation("If-None-Match", etag);

        using HttpResponseMessage response = await engine.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(304, (int)response.StatusCode);
    }

    [Fact]
    public async Task An_aggregated_form_that_is_not_served_is_not_acceptable()
    {
        const string beta = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

        Assert.Equal(406, (await engine.GetAsync("/apis", beta)).Code);
        Assert.Equal("APIGroupList", (await engine.GetAsync("/apis", beta + ",application/json")).Json.String("kind"));
    }

    [Fact]
    public void Versions_are_ordered_as_clients_prefer_them()
    {
        string[] versions = ["v1alpha1", "foo", "v10", "v1", "v2beta2", "v2", "v1beta1", "bar", "v12alpha1", "v2beta10", "v3000000000", "v1beta+1", "v99999999999999999999"];

        Assert.Equal(
            ["v3000000000", "v10", "v2", "v1", "v2beta10", "v2beta2", "v1beta1", "v12alpha1", "v1alpha1", "bar", "foo", "v1beta+1", "v99999999999999999999"],
            versions.OrderByDescending(version => version, VersionOrder.Instance));
    }

    private static string[] Texts(JsonArray? array) => [.. array!.Select(item => item!.GetValue<string>())];
}
