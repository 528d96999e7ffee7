// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>Asks a cluster whether a user may do something (authorization.k8s.io/v1 SubjectAccessReview).</summary>
public sealed class AccessReviews(IKubeApi api)
{
    private static readonly GroupVersionResource Resource = new("authorization.k8s.io", "v1", "subjectaccessreviews");

    /// <summary>Whether the user may <paramref name="verb"/> the named object, which is of no namespace, and what the cluster says about it.</summary>
    public Task<(bool Allowed, string Reason)> AskAsync(
        ReviewedUser user, string verb, GroupResource resource, string subresource, string name, CancellationToken cancel) =>
        AskAsync(user, verb, resource, subresource, "", name, cancel);

    /// <summary>The same of an object in a namespace.</summary>
    public async Task<(bool Allowed, string Reason)> AskAsync(
        ReviewedUser user, string verb, GroupResource resource, string subresource, string ns, string name, CancellationToken cancel)
    {
        var attributes = new JsonObject { ["verb"] = verb, ["group"] = resource.Group, ["version"] = "*", ["resource"] = resource.Resource, ["name"] = name };
        if (ns.Length > 0)
            attributes["namespace"] = ns;
        if (subresource.Length > 0)
            attributes["subresource"] = subresource;
        var spec = new JsonObject
        {
            ["user"] = user.Name, ["groups"] = Texts(user.Groups), ["resourceAttributes"] = attributes,
            ["extra"] = new JsonObject(user.Extra.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Texts(pair.Value)))),
        };
        if (user.Uid.Length > 0)
            spec["uid"] = user.Uid;
        var review = new JsonObject { ["apiVersion"] = "authorization.k8s.io/v1", ["kind"] = "SubjectAccessReview", ["spec"] = spec };
        ApiResult answer = await api.CreateAsync(new ResourcePath(Resource), KubeJson.ToUtf8(review), WriteQuery.None, cancel);
        JsonObject? status = KubeJson.ParseObject(answer.BodyOrThrow()).Object("status");
        return (status?.Boolean("allowed") == true && status.Boolean("denied") != true, status?.String("reason") ?? "");
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
