// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Hub.Fleet;
using Pelago.Kube;

namespace Pelago.Hub.Page.Access;

/// <summary>Whose a token is: the cluster says.</summary>
internal static class TokenOwner
{
    private static readonly GroupVersionResource SelfReviews = new("authentication.k8s.io", "v1", "selfsubjectreviews");

    /// <summary>A connection of whoever has the token. A certificate would be believed before it.</summary>
    public static ClusterConnection Connection(FleetMember member, string token) => member.Connection with { ClientCertificate = null, As = null, Token = BearerToken.Fixed(token) };

    /// <summary>Whether a text can be one at all.</summary>
    public static bool IsToken(string token) => token.Length is > 0 and <= 64 << 10 && !token.Any(c => c is <= ' ' or >= '\x7f');

    /// <summary>The user's name. Throws an <see cref="ApiStatusException"/> when the cluster does not take the token.</summary>
    public static async Task<string> NameAsync(HttpKubeApi api, CancellationToken cancel)
    {
        byte[] review = KubeJson.ToUtf8(new JsonObject { ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "SelfSubjectReview" });
        ApiResult answer = await api.CreateAsync(new ResourcePath(SelfReviews), review, WriteQuery.None, cancel);
        if (answer.Error is { } error)
            throw new ApiStatusException(error.Code == 401 ? error with { Message = $"cluster \"{api.Cluster}\" does not take this token: it is another cluster's, or it has expired" } : error);
        try
        {
            return KubeJson.ParseObject(answer.Body).At("status", "userInfo", "username")?.GetValue<string>() ?? "";
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            throw new ApiStatusException(ApiStatus.Internal($"the answer to a SelfSubjectReview cannot be read: {unreadable.Message}"));
        }
    }
}
