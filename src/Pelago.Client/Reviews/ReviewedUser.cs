// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>A user as an API server knows one (authentication/v1 UserInfo).</summary>
public sealed record ReviewedUser(string Name)
{
    public string Uid { get; init; } = "";
    public IReadOnlyList<string> Groups { get; init; } = [];
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The one value of an extra field; null when it has none, or several.</summary>
    public string? ExtraValue(string key) => Extra.TryGetValue(key, out IReadOnlyList<string>? values) && values is [var only] ? only : null;

    internal static ReviewedUser Read(JsonObject json)
    {
        var extra = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach ((string key, JsonNode? values) in json.Object("extra") ?? [])
            extra[key] = Texts(values as JsonArray);
        return new ReviewedUser(json.String("username") ?? "") { Uid = json.String("uid") ?? "", Groups = Texts(json.Array("groups")), Extra = extra };
    }

    private static string[] Texts(JsonArray? values) => [.. (values ?? []).OfType<JsonValue>().Select(value => value.TryGetValue(out string? text) ? text : "")];
}
