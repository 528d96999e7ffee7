// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Requests;
using Xunit;

namespace Pelago.Engine.Tests.Requests;

/// <summary>The table of upstream's requestinfo_test.go, in our fields.</summary>
public class RequestInfoParserTests
{
    [Theory]
    [InlineData("GET", "/api/v1/namespaces", "list", "", "v1", "namespaces", "", "", "")]
    [InlineData("GET", "/api/v1/namespaces/other", "get", "", "v1", "namespaces", "", "other", "other")]
    [InlineData("GET", "/api/v1/namespaces/other/pods", "list", "", "v1", "pods", "", "other", "")]
    [InlineData("GET", "/api/v1/namespaces/other/pods/foo", "get", "", "v1", "pods", "", "other", "foo")]
    [InlineData("HEAD", "/api/v1/namespaces/other/pods/foo", "get", "", "v1", "pods", "", "other", "foo")]
    [InlineData("GET", "/api/v1/pods", "list", "", "v1", "pods", "", "", "")]
    [InlineData("HEAD", "/api/v1/pods", "list", "", "v1", "pods", "", "", "")]
    [InlineData("GET", "/api/v1/namespaces/other/status", "get", "", "v1", "namespaces", "status", "other", "other")]
    [InlineData("PUT", "/api/v1/namespaces/other/finalize", "update", "", "v1", "namespaces", "finalize", "other", "other")]
    [InlineData("POST", "/api/v1/namespaces/other/pods/foo/eviction", "create", "", "v1", "pods", "eviction", "other", "foo")]
    [InlineData("DELETE", "/api/v1/namespaces/other/pods", "deletecollection", "", "v1", "pods", "", "other", "")]
    [InlineData("DELETE", "/api/v1/namespaces/other/pods/foo", "delete", "", "v1", "pods", "", "other", "foo")]
    [InlineData("PATCH", "/apis/apps/v1/namespaces/other/deployments/foo/scale", "patch", "apps", "v1", "deployments", "scale", "other", "foo")]
    [InlineData("GET", "/api/v1/watch/pods", "watch", "", "v1", "pods", "", "", "")]
    [InlineData("GET", "/api/v1/watch/namespaces/other/pods/foo", "watch", "", "v1", "pods", "", "other", "foo")]
    [InlineData("GET", "/apis/apps/v1/deployments/", "list", "apps", "v1", "deployments", "", "", "")]
    [InlineData("GET", "/api/v1/namespaces/other/namespaces", "list", "", "v1", "namespaces", "", "other", "")]
    [InlineData("GET", "/api/v1/namespaces/other/namespaces/foo", "get", "", "v1", "namespaces", "", "other", "foo")]
    [InlineData("GET", "/api/v1/watch/namespaces/other", "watch", "", "v1", "namespaces", "", "other", "other")]
    [InlineData("GET", "/api/v1/nodes/n1", "get", "", "v1", "nodes", "", "", "n1")]
    [InlineData("GET", "/api/v1/namespaces/kube-system/configmaps/status", "get", "", "v1", "configmaps", "", "kube-system", "status")]
    public void A_resource_path_is_taken_apart(
        string method, string path, string verb, string group, string version, string resource, string subresource, string ns, string name)
    {
        RequestInfo info = RequestInfoParser.Parse(method, path, RequestQuery.Empty);

        Assert.True(info.IsResource);
        Assert.Equal((verb, group, version), (info.Verb, info.Resource.Group, info.Resource.Version));
        Assert.Equal((resource, subresource, ns, name), (info.Resource.Resource, info.Subresource, info.Namespace, info.Name));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api")]
    [InlineData("/api/v1")]
    [InlineData("/apis/apps/v1")]
    [InlineData("/healthz/ping")]
    [InlineData("/openapi/v3/apis/apps/v1")]
    [InlineData("//api/v1/pods")]
    [InlineData("/apis//v1/pods")]
    public void Other_paths_are_no_resources(string path)
    {
        RequestInfo info = RequestInfoParser.Parse("GET", path, RequestQuery.Empty);

        Assert.False(info.IsResource);
        Assert.Equal(("get", path), (info.Verb, info.Path));
    }

    [Fact]
    public void A_list_of_one_name_is_authorized_as_that_name()
    {
        RequestInfo info = RequestInfoParser.Parse(
            "GET", "/api/v1/namespaces/ns/secrets", new RequestQuery("?watch=true&fieldSelector=metadata.name%3Dx"));

        Assert.Equal(("watch", "x", true), (info.Verb, info.Name, info.IsCollection));
    }

    [Theory]
    [InlineData("GET", "/apis/tasks.pelago.dev/v1alpha1/tasks", "?after=7", true)]
    [InlineData("GET", "/apis/tasks.pelago.dev/v1alpha1/namespaces/ns/tasks", "?task=web&after=7", true)]
    [InlineData("GET", "/apis/tasks.pelago.dev/v1alpha1/tasks", "?task=after", false)]
    [InlineData("GET", "/apis/tasks.pelago.dev/v1alpha1/namespaces/ns/tasks/web.app", "?after=7", false)]
    [InlineData("GET", "/api/v1/pods", "?after=7", false)]
    public void Of_lists_only_that_of_tasks_can_wait(string method, string path, string query, bool isLong)
    {
        Assert.Equal(isLong, RequestInfoParser.Parse(method, path, new RequestQuery(query)).IsLongRunning);
    }

    [Fact]
    public void What_follows_a_subresource_is_kept_as_it_was()
    {
        RequestInfo info = RequestInfoParser.Parse("GET", "/api/v1/namespaces/ns/services/http:web:80/proxy/a//b/", RequestQuery.Empty);

        Assert.Equal(("http:web:80", "proxy", "/a//b/"), (info.Name, info.Subresource, info.Rest));
        Assert.True(info.IsLongRunning);
    }
}
