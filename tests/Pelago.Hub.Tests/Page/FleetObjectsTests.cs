// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Client;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Hub.Tests.Page;

public sealed class FleetObjectsTests(PageScene scene) : IClassFixture<PageScene>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_object_is_a_member_with_what_its_secret_holds_and_its_status_says_how_it_is()
    {
        string? shown = null;
        await using FakeApiServer edge = await FakeApiServer.StartAsync(
            http =>
            {
                shown = http.Request.Headers.Authorization.ToString();
                return http.Response.WriteAsync("""{"gitVersion":"v1.30.0","metadata":{},"items":[]}""", Cancel);
            },
            tls: true, Cancel);
        string authority = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(edge.Authority!.ExportCertificatePem()));
        await ApplyAsync(new ResourcePath(FleetApi.Definitions, "", FleetApi.DefinitionName), FleetApi.Definition());
        await ApplyAsync(new ResourcePath(FleetApi.Namespaces, "", FleetApi.Namespace), new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = FleetApi.Namespace },
        });
        await ApplyAsync(
            new ResourcePath(FleetApi.Secrets, FleetApi.Namespace, FleetApi.SecretOf("edge")),
            FleetDocuments.Secret("edge", new JsonObject { ["token"] = Convert.ToBase64String("of-edge"u8) }));
        var spec = new JsonObject
        {
            ["server"] = edge.Url.ToString(), ["certificateAuthorityData"] = authority, ["credentials"] = new JsonObject { ["secretName"] = FleetApi.SecretOf("edge") },
        };
        await ApplyAsync(new ResourcePath(FleetApi.Clusters, "", "edge"), FleetDocuments.Cluster("edge", spec));
        using PageBrowser browser = await scene.LoginAsync();

        await Eventually.GetAsync(() => browser.GetAsync("/api/clusters"), answer => Names(answer).Contains("edge"), Cancel);
        PageAnswer version = await browser.GetAsync("/api/clusters/edge/version");

        Assert.Equal((200, "Bearer of-edge"), (version.Code, shown));
        await Eventually.GetAsync(StatusAsync, status => status.Contains("\"Reachable\",\"status\":\"True\"", StringComparison.Ordinal) && status.Contains("v1.30.0", StringComparison.Ordinal), Cancel);
        (await scene.Admin.DeleteAsync(new ResourcePath(FleetApi.Clusters, "", "edge"), DeleteQuery.None, Cancel)).BodyOrThrow();
        await Eventually.GetAsync(() => browser.GetAsync("/api/clusters"), answer => !Names(answer).Contains("edge"), Cancel);
        Assert.Equal(404, (await browser.GetAsync("/api/clusters/edge/version")).Code);
    }

    private static string[] Names(PageAnswer answer) => [.. answer.Json["items"]!.AsArray().Select(item => item!["name"]!.GetValue<string>())];

    private async Task<string> StatusAsync() =>
        KubeJson.ParseObject((await scene.Admin.GetAsync(new ResourcePath(FleetApi.Clusters, "", "edge"), Cancel)).BodyOrThrow())["status"]?.ToJsonString() ?? "";

    private Task ApplyAsync(ResourcePath path, JsonObject document) => Eventually.GetAsync(
        async () => (await scene.Admin.PatchAsync(path, PatchType.Apply, KubeJson.ToUtf8(document), new WriteQuery { FieldManager = "test", Force = true }, Cancel)).Error?.Message ?? "",
        error => error.Length == 0, Cancel);
}
