// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Requests;
using Pelago.Engine.Resources;
using Pelago.Kube;

namespace Pelago.Engine.Reviews;

/// <summary>The question and answer of a review: a document that is posted, gets its status and goes back, stored nowhere.</summary>
internal static class ReviewDocument
{
    /// <summary>The posted document, which may leave out what the path says; a Status when it is not one, or one of another kind.</summary>
    public static (JsonObject? Review, ApiStatus? Refused) Read(HandlerRequest request, GroupVersionKind expected)
    {
        (JsonObject? review, ApiStatus? refused) = DocumentDecoder.DecodeForeign(request.Resource, expected, new RequestBody(request.Body));
        if (review is null || refused is not null)
            return (null, refused);
        review["kind"] = expected.Kind;
        review["apiVersion"] = expected.ApiVersion;
        return (review, null);
    }

    /// <summary>201 with the status put in.</summary>
    public static ResourceResult Answer(JsonObject review, JsonObject status)
    {
        review.ObjectOrNew("metadata");
        review["status"] = status;
        return ResourceResult.Of(KubeJson.ToUtf8(review), 201);
    }

    /// <summary>authentication/v1 UserInfo.</summary>
    public static JsonObject ToJson(UserInfo user)
    {
        var json = new JsonObject { ["username"] = user.Name };
        if (user.Uid.Length > 0)
            json["uid"] = user.Uid;
        if (user.Groups.Count > 0)
            json["groups"] = ToArray(user.Groups);
        if (user.Extra.Count > 0)
            json["extra"] = new JsonObject(user.Extra.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)ToArray(pair.Value))));
        return json;
    }

    public static IReadOnlyList<string> Texts(JsonArray? array) =>
        array is null ? [] : [.. array.OfType<JsonValue>().Select(value => value.TryGetValue(out string? text) ? text : "")];

    private static JsonArray ToArray(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
