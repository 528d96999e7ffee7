// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Engine.Registry;
using Pelago.Engine.Requests;
using Pelago.Engine.Resources;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Reviews;

/// <summary>Posts a document to a handler as the pipeline does.</summary>
internal static class Posted
{
    private static readonly ResourceKind Any = new()
    {
        Group = "x", Versions = [new ServedVersion { Name = "v1" }], StorageVersion = "v1", Kind = "X", ListKind = "XList", Plural = "xs", Singular = "x",
        Namespaced = true, StoreName = "xs.x",
    };

    public static UserInfo User(string name, params string[] groups) => new(name, "", groups, UserInfo.Anonymous.Extra);

    public static async Task<ResourceResult> PostAsync(
        this IResourceHandler handler, UserInfo user, string body, string ns = "", string name = "", bool dryRun = false) =>
        await handler.CreateAsync(
            new HandlerRequest
            {
                Resource = new ResourceRequest(user, Any, Any.Versions[0]) { Namespace = ns, Name = name },
                Body = Encoding.UTF8.GetBytes(body),
                Options = new WriteOptions { DryRun = dryRun },
            },
            TestContext.Current.CancellationToken);

    public static JsonObject Status(this ResourceResult result)
    {
        Assert.Null(result.Error);
        Assert.Equal(201, result.Code);
        return KubeJson.ParseObject(result.Bytes).Object("status")!;
    }
}
