// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Repositories;

/// <summary>What search knows of one revision, and where the whole of it lies.</summary>
public sealed record IndexedPackage(string Name, string Version, long ReleaseVersion, string Description, IReadOnlyList<string> Tags)
{
    /// <summary>Chosen by the repository's keepers; shown first.</summary>
    public bool Selected { get; init; }

    public bool Framework { get; init; }

    internal string Data { get; init; } = "";

    internal long Offset { get; init; }

    internal int Length { get; init; }

    internal static IndexedPackage Of(JsonObject package, string data, long offset, int length) => new(
        package.String("name") ?? "", package.String("version") ?? "", package.Integer("releaseVersion") ?? 0, package.String("description") ?? "",
        [.. (package.Array("tags") ?? []).OfType<JsonValue>().Select(tag => tag.ToString())])
    {
        Selected = package.Boolean("selected") == true, Framework = package.Boolean("framework") == true, Data = data, Offset = offset, Length = length,
    };

    internal static IndexedPackage Read(JsonObject json, string data) =>
        Of(json, data, json.Integer("offset") ?? 0, (int)(json.Integer("length") ?? 0));

    internal JsonObject ToJson() => new()
    {
        ["name"] = Name, ["version"] = Version, ["releaseVersion"] = ReleaseVersion, ["description"] = Description,
        ["tags"] = new JsonArray([.. Tags.Select(tag => (JsonNode)tag)]), ["selected"] = Selected, ["framework"] = Framework, ["offset"] = Offset, ["length"] = Length,
    };
}
