// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Repositories;

namespace Pelago.Hub.Cosmos;

/// <summary>Addresses in the resource.json of packages: of icons and screenshots, files and command lines.</summary>
internal static class ResourceAddresses
{
    public static IEnumerable<string> Of(JsonObject? resource) => Places(resource).Select(place => place.Address);

    /// <summary>
    /// Those of pictures and command lines lead by way of this server afterwards, so that a browser asks nobody else; what templates use stays as it is.
    /// </summary>
    /// <param name="origin">This server: <c>http://p1.localhost:6480</c>.</param>
    public static void Lead(JsonObject? resource, string origin)
    {
        foreach ((string address, _, Action<string> replace) in Places(resource).Where(place => !place.IsAsset).ToList())
            replace($"{origin}/package/resource?url={Uri.EscapeDataString(address)}");
    }

    private static IEnumerable<(string Address, bool IsAsset, Action<string> Replace)> Places(JsonObject? resource)
    {
        JsonObject images = resource?.Object("images") ?? [], uris = resource?.Object("assets")?.Object("uris") ?? [];
        foreach ((JsonObject parent, string name, bool isAsset) in images.Select(pair => (images, pair.Key, false)).Concat(uris.Select(pair => (uris, pair.Key, true))))
        {
            if (IsAddress(parent[name]))
                yield return (parent[name]!.ToString(), isAsset, address => parent[name] = address);
        }

        JsonArray shots = images.Array("screenshots") ?? [];
        for (int i = 0; i < shots.Count; i++)
        {
            int at = i;
            if (IsAddress(shots[at]))
                yield return (shots[at]!.ToString(), false, address => shots[at] = address);
        }

        foreach ((_, JsonNode? platform) in resource?.Object("cli")?.Object("binaries") ?? [])
        {
            foreach ((_, JsonNode? architecture) in platform as JsonObject ?? [])
            {
                if (architecture is JsonObject binary && IsAddress(binary["url"]))
                    yield return (binary["url"]!.ToString(), false, address => binary["url"] = address);
            }
        }
    }

    private static bool IsAddress(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) && RepositoryEntry.IsHttp(text);
}
