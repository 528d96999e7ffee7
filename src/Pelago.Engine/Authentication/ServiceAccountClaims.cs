// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Authentication;

/// <summary>An object by name and uid, as claims name it.</summary>
internal sealed record ClaimedObject(string Name, string Uid)
{
    public static ClaimedObject? Read(JsonObject? json) =>
        json?.String("name") is { Length: > 0 } name ? new ClaimedObject(name, json.String("uid") ?? "") : null;

    public JsonObject ToJson() => new() { ["name"] = Name, ["uid"] = Uid };
}

/// <summary>
/// What a ServiceAccount token says (upstream pkg/serviceaccount/claims.go): its <c>kubernetes.io</c> claim, and the registered claims that
/// matter. Tokens of Secrets are bound to the Secret; the flat claims that such tokens had before Kubernetes 1.24 are not read.
/// </summary>
internal sealed record ServiceAccountClaims
{
    public required string Namespace { get; init; }
    public required ClaimedObject ServiceAccount { get; init; }
    public ClaimedObject? Pod { get; init; }
    public ClaimedObject? Secret { get; init; }
    public ClaimedObject? Node { get; init; }
    public IReadOnlyList<string> Audiences { get; init; } = [];

    public DateTimeOffset Expires { get; init; }

    /// <summary>The <c>jti</c> claim.</summary>
    public string Id { get; init; } = "";

    /// <summary>Reads the payload of a token whose signature was verified; null when it is not a ServiceAccount token.</summary>
    public static ServiceAccountClaims? Read(JsonObject payload)
    {
        if (payload.Object("kubernetes.io") is not { } bound || bound.String("namespace") is not { Length: > 0 } ns
            || ClaimedObject.Read(bound.Object("serviceaccount")) is not { } account || payload.Integer("exp") is not { } expires)
            return null;

        // the subject repeats the name: a token in which they differ was not made by a Kubernetes
        if (payload.String("sub") != ServiceAccountNames.User(ns, account.Name))
            return null;
        return new ServiceAccountClaims
        {
            Namespace = ns, ServiceAccount = account, Pod = ClaimedObject.Read(bound.Object("pod")), Secret = ClaimedObject.Read(bound.Object("secret")),
            Node = ClaimedObject.Read(bound.Object("node")), Audiences = ReadAudiences(payload["aud"]),
            Expires = DateTimeOffset.FromUnixTimeSeconds(expires), Id = payload.String("jti") ?? "",
        };
    }

    private static IReadOnlyList<string> ReadAudiences(JsonNode? node) => node switch
    {
        JsonArray array => [.. array.OfType<JsonValue>().Select(value => value.TryGetValue(out string? text) ? text : "")],
        JsonValue value when value.TryGetValue(out string? text) => [text],
        _ => [],
    };
}
