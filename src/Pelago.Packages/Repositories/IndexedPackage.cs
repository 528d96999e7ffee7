// SPDX-License-Identifier: Apache-2.0

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

    /// <summary>Whether it is offered: what asks for a later DC/OS than there is, is not.</summary>
    public bool IsOffered => DcosRelease.IsMet(MinDcosRelease);

    /// <summary>In words why it is not offered; null when it is.</summary>
    public string? Hidden => IsOffered ? null : $"it asks for DC/OS {MinDcosRelease}, and packages here are those for DC/OS {DcosRelease.Current}: its keepers hide it by that";

    internal string Data { get; init; } = "";

    internal long Offset { get; init; }

    internal int Length { get; init; }

    internal static IndexedPackage Of(JsonObject package, string data, long offset, int length) => new(
        package.String("name") ?? "", package.String("version") ?? "", package.Integer("releaseVersion") ?? 0, package.String("description") ?? "",
        [.. (package.Array("tags") ?? []).OfType<JsonValue>().Select(tag => tag.ToString())])
    {
        Selected = package.Boolean("selected") == true, Framework = package.Boolean("framework") == true, MinDcosRelease = package.String("minDcosReleaseVersion"), Data = data, Offset = offset, Length = length,
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
}
