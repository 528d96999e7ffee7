// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Controllers;

/// <summary>From which version one may go to which: the newer one names those it upgrades from, the older one is named by those that may go back to it.</summary>
public static class VersionRules
{
    /// <summary>Why this change is not one that the packages' authors allow; null when it is.</summary>
    /// <param name="current">package.json of what is installed.</param>
    /// <param name="target">package.json of what is to take its place.</param>
    public static string? Refusal(JsonObject current, JsonObject target)
    {
        string name = target.String("name") ?? "", from = current.String("version") ?? "", to = target.String("version") ?? "";
        if (name != current.String("name"))
            return $"it is an installation of {current.String("name")}, and {name} is another package: uninstall it first, or give {name} a name of its own";
        // Older formats have no words for it, and nothing is known of them.
        if (from == to || current.String("packagingVersion") is "2.0" or "3.0" || Names(target, "upgradesFrom", from) || Names(current, "downgradesTo", to))
            return null;
        return $"{name} {to} does not upgrade from {from} (it does from {List(target, "upgradesFrom")}), and {from} does not go back to {to} (it does to {List(current, "downgradesTo")})";
    }

    private static bool Names(JsonObject package, string field, string version) =>
        (package.Array(field) ?? []).Any(item => item?.ToString() is { } named && (named == "*" || named == version));

    private static string List(JsonObject package, string field) => package.Array(field) is { Count: > 0 } named ? string.Join(", ", named.Select(item => item?.ToString() == "*" ? "any" : item?.ToString())) : "none";
}
