// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>Asks a cluster whose token somebody shows (authentication.k8s.io/v1 TokenReview).</summary>
public sealed class TokenReviews(IKubeApi api)
{
    private static readonly GroupVersionResource Resource = new("authentication.k8s.io", "v1", "tokenreviews");

    /// <summary>
    /// The user, when the token is good and meant for <paramref name="audience"/>; else null. What the cluster refuses to say is an
    /// <see cref="ApiStatusException"/>: the asker may not ask, or the cluster cannot answer.
    /// </summary>
    public async Task<ReviewedUser?> WhoseAsync(string token, string audience, CancellationToken cancel)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "TokenReview",
            ["spec"] = new JsonObject { ["token"] = token, ["audiences"] = new JsonArray(audience) },
        };
        ApiResult answer = await api.CreateAsync(new ResourcePath(Resource), KubeJson.ToUtf8(review), WriteQuery.None, cancel);
        try
        {
            JsonObject? status = KubeJson.ParseObject(answer.BodyOrThrow()).Object("status");

            // A cluster that knows no audiences says none: then the token would be good for everybody.
            bool isMeant = (status?.Array("audiences") ?? []).Any(item => item?.GetValue<string>() == audience);
            return status?.Boolean("authenticated") == true && isMeant && status.Object("user") is { } user ? ReviewedUser.Read(user) : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            throw new ApiStatusException(ApiStatus.Internal($"the answer to a TokenReview cannot be read: {unreadable.Message}"));
        }
    }
}
