// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Engine.Authorization;
using Pelago.Engine.Nodes;
using Pelago.Engine.Registry;
using Pelago.Engine.Requests;
using Pelago.Engine.Resources;
using Pelago.Engine.Schema;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Nodes;

public sealed class TaskStreamsTests
{
    private static readonly ResourceKind Kind =
        new ResourceRegistry(BuiltInKinds.All(new RowSources { Schema = BuiltInSchemas.Instance.Find })).Current.Find(new GroupVersionResource(NodeApi.Group, NodeApi.Version, "pods"))!;

    /// <summary>Nothing is looked up, of the pod or its node, before the right to it is clear.</summary>
    [Theory]
    [InlineData(TaskApi.Logs, "get", "log")]
    [InlineData(TaskApi.Files, "create", "exec")]
    public async Task Logs_and_files_take_the_right_to_the_logs_or_to_commands_of_the_very_pod(string subresource, string verb, string right)
    {
        var authorizer = new Deny();
        var request = new ResourceRequest(UserInfo.System("ada"), Kind, Kind.Versions[0]) { Namespace = "shop", Name = "web", Subresource = subresource };

        var refused = await Assert.ThrowsAsync<ApiStatusException>(
            () => new TaskStreams(null!, null!, authorizer).HandleAsync(new DefaultHttpContext(), request, "/main/grep", TestContext.Current.CancellationToken));

        Assert.Equal(403, refused.Status.Code);
        Assert.Contains($"cannot {verb} resource \"pods/{right}\" in API group \"\" in the namespace \"shop\"", refused.Status.Message, StringComparison.Ordinal);
        AccessAttributes asked = Assert.Single(authorizer.Asked);
        Assert.Equal(("shop", "", "pods", "web"), (asked.Namespace, asked.Group, asked.Resource, asked.Name));
    }

    private sealed class Deny : IAuthorizer
    {
        public List<AccessAttributes> Asked { get; } = [];

        public AccessDecision Authorize(in AccessAttributes attributes)
        {
            Asked.Add(attributes);
            return new AccessDecision(Allowed: false, "");
        }
    }
}
