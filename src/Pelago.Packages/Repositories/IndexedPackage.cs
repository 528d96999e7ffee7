// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;

namespace Pelago.Packages.Repositories;

/// <summary>What search knows of one revision, and where the whole of it lies.</summary>
public sealed record IndexedPackage(string Name, string Version, long ReleaseVersion, string Description, IReadOnlyList<string> Tags)
{
    /// <summary>Chosen by the repository's keepers; shown first.</summary>
    public bool Selected { get; init; }

    public bool Framework { get; init; }

    /// <summary>The release of DC/OS that it asks for; null for none.</summary>
    public string? MinDcosRelease { get; init; }

    /// <summary>In words why it is not offered; null when it is.</summary>
    public string? Hidden => DcosRelease.IsMet(MinDcosRelease) ? null : $"it asks for DC/OS {MinDcosRelease}, and packages here are those for DC/OS {DcosRelease.Current}: its keepers hide it by that";

    internal string Data { get; init; } = "";

    internal long Offset { get; init; }

    internal int Length { get; init; }

    internal static IndexedPackage Of(JsonObject package, string data, long offset, int length) => new(
        package.String("name") ?? "", package.String("version") ?? "", package.Integer("releaseVersion") ?? 0, package.String("description") ?? "",
        [.. (package.Array("tags") ?? []).OfType<JsonValue>().Select(tag => tag.ToString())])
    {
        Selected = package.Boolean("selected") == true, Framework = package.Boolean("framework") == true, MinDcosRelease = package.String("minDcosReleaseVersion"), Data = data, Offset = offset, Length = length,
    };

    /// <summary>From an index; every search reads all of it, so no tree is made of it.</summary>
    internal static IndexedPackage Read(JsonElement json, string data) => new(
        Text(json, "name") ?? "", Text(json, "version") ?? "", Number(json, "releaseVersion"), Text(json, "description") ?? "",
        json.TryGetProperty("tags", out JsonElement tags) && tags.ValueKind == JsonValueKind.Array ? [.. tags.EnumerateArray().Where(tag => tag.ValueKind == JsonValueKind.String).Select(tag => tag.GetString()!)] : [])
    {
        Selected = IsTrue(json, "selected"), Framework = IsTrue(json, "framework"), MinDcosRelease = Text(json, "minDcosReleaseVersion"), Data = data,
        Offset = Number(json, "offset"), Length = (int)Math.Clamp(Number(json, "length"), 0, int.MaxValue),
    };

    internal JsonObject ToJson()
    {
        JsonObject json = Described();
        if (MinDcosRelease is not null)
            json["minDcosReleaseVersion"] = MinDcosRelease;
        return json;
    }

    private JsonObject Described() => new()
    {
        ["name"] = Name, ["version"] = Version, ["releaseVersion"] = ReleaseVersion, ["description"] = Description,
        ["tags"] = new JsonArray([.. Tags.Select(tag => (JsonNode)tag)]), ["selected"] = Selected, ["framework"] = Framework, ["offset"] = Offset, ["length"] = Length,
    };

    private static string? Text(JsonElement json, string field) => json.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Number(JsonElement json, string field) => json.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : 0;

    private static bool IsTrue(JsonElement json, string field) => json.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.True;
}
