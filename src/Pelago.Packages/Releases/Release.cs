// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Releases;

/// <summary>A package with its options as it is applied to one cluster.</summary>
public sealed record Release
{
    public required string Package { get; init; }

    public required string Version { get; init; }

    /// <summary>package.json, for the rules of versions and the notes.</summary>
    public required JsonObject Fields { get; init; }

    /// <summary>Defaults and what was chosen.</summary>
    public required JsonObject Options { get; init; }

    /// <summary>In the order in which they are applied.</summary>
    public required IReadOnlyList<JsonObject> Objects { get; init; }

    /// <summary>Jobs that run at certain moments and do not stay.</summary>
    public IReadOnlyList<JsonObject> Hooks { get; init; } = [];

    /// <summary>What the package says that has no place in a cluster's objects.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Texts of its options that nobody is to read.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>Of its secret options: the digest of a release stands where many may read it, and is not to be guessed from.</summary>
    public string Salt { get; init; } = "";

    public static Release Read(JsonObject json) => new()
    {
        Package = json.String("package") ?? "", Version = json.String("version") ?? "", Fields = json.Object("fields") ?? [], Options = json.Object("options") ?? [],
        Objects = [.. (json.Array("objects") ?? []).OfType<JsonObject>()], Hooks = [.. (json.Array("hooks") ?? []).OfType<JsonObject>()],
        Notes = [.. (json.Array("notes") ?? []).Select(note => note?.ToString() ?? "")],
        Secrets = [.. (json.Array("secrets") ?? []).Select(text => text?.ToString() ?? "")], Salt = json.String("salt") ?? "",
    };

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["package"] = Package, ["version"] = Version, ["fields"] = Fields.DeepClone(), ["options"] = Options.DeepClone(),
            ["objects"] = new JsonArray([.. Objects.Select(item => item.DeepClone())]), ["hooks"] = new JsonArray([.. Hooks.Select(item => item.DeepClone())]),
            ["notes"] = new JsonArray([.. Notes.Select(note => (JsonNode)note)]),
        };
        if (Secrets.Count > 0)
            json["secrets"] = new JsonArray([.. Secrets.Select(text => (JsonNode)text)]);
        if (Salt.Length > 0)
            json["salt"] = Salt;
        return json;
    }
}
