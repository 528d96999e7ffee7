// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Client;
using Pelago.Hub.Fleet;
using Pelago.Hub.Page.Access;
using Pelago.Kube;
using Pelago.Packages.Api;

namespace Pelago.Hub.Cosmos;

/// <summary>Whose request it is: <c>Authorization: token=…</c>, as clients of DC/OS send it, or <c>Bearer …</c>, with a token of the hub's cluster.</summary>
internal sealed class CosmosUsers(FleetRegistry fleet, TimeProvider time)
{
    private static readonly GroupVersionResource Reviews = new("authorization.k8s.io", "v1", "selfsubjectaccessreviews");

    /// <summary>The hub's cluster as the request's sender; whoever gets it disposes of it.</summary>
    public async Task<HttpKubeApi> FindAsync(HttpRequest request, CancellationToken cancel)
    {
        string token = TokenOf(request.Headers.Authorization.ToString());
        if (!TokenOwner.IsToken(token))
            throw CosmosErrors.Unauthorized("who asks shows a token of the hub's cluster: 'Authorization: token=TOKEN' ('kubectl create token ACCOUNT' makes one)");
        FleetMember hub = fleet.Members.FirstOrDefault() ?? throw CosmosErrors.ServiceUnavailable("this hub has no cluster yet");
        var api = new HttpKubeApi(TokenOwner.Connection(hub, token), FleetMember.Patience, time);
        try
        {
            await TokenOwner.NameAsync(api, cancel);
            return api;
        }
        catch (ApiStatusException refused) when (refused.Status.Code == 401)
        {
            api.Dispose();
            throw CosmosErrors.Unauthorized(refused.Status.Message);
        }
        catch
        {
            api.Dispose();
            throw;
        }
    }

    /// <summary>Rights to the list of repositories are the cluster's to give: verbs on <c>repositories.packages.pelago.dev</c>.</summary>
    public static async Task RequireAsync(CosmosCall call, string verb)
    {
        GroupVersionResource resource = PackagesApi.Repositories;
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1", ["kind"] = "SelfSubjectAccessReview",
            ["spec"] = new JsonObject { ["resourceAttributes"] = new JsonObject { ["verb"] = verb, ["group"] = resource.Group, ["version"] = resource.Version, ["resource"] = resource.Resource } },
        };
        ApiResult answer = await call.User.CreateAsync(new ResourcePath(Reviews), KubeJson.ToUtf8(review), WriteQuery.None, call.Cancel);
        JsonObject? status = KubeJson.ParseObject(answer.BodyOrThrow()).Object("status");
        if (status?.Boolean("allowed") != true || status.Boolean("denied") == true)
            throw CosmosErrors.Forbidden($"this token may not {verb} repositories: a role of its cluster gives that with {verb} on {resource.Resource}.{resource.Group}");
    }

    private static string TokenOf(string header)
    {
        foreach (string scheme in (string[])["token=", "Bearer "])
        {
            if (header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                return header[scheme.Length..].Trim();
        }

        return "";
    }
}
