// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using Pelago.Packages.Schema;

namespace Pelago.Packages.Format;

/// <summary>
/// Keys that stand twice in one object. They are refused, but for what the public Universe has published: texts for people that were written twice, and
/// the same option described twice in the same words. Nothing depends on which of those two is taken; the last one is.
/// </summary>
internal static class RepeatedKeys
{
    private static readonly string[] ForPeople = ["website", "preInstallNotes", "postInstallNotes", "postUninstallNotes"];

    /// <summary>Whether the key at a pointer may stand there twice.</summary>
    public static bool MayStand(string fileName, JsonElement root, string pointer)
    {
        string[] tokens = [.. pointer.Split('/').Skip(1).Select(InstancePath.Unescape)];
        if (Parent(root, tokens) is not { ValueKind: JsonValueKind.Object } parent)
            return false;
        JsonElement[] values = [.. parent.EnumerateObject().Where(property => property.NameEquals(tokens[^1])).Select(property => property.Value)];
        return fileName switch
        {
            "package.json" => tokens.Length == 1 && ForPeople.Contains(tokens[0]) && Array.TrueForAll(values, value => value.ValueKind == JsonValueKind.String)
                && values.Select(value => value.GetString()).Distinct().Count() == values.Length,
            "config.json" => tokens.Length > 1 && tokens[^2] == "properties" && Array.TrueForAll(values, value => value.ValueKind == JsonValueKind.Object && JsonElement.DeepEquals(value, values[0])),
            _ => false,
        };
    }

    private static JsonElement? Parent(JsonElement root, string[] tokens)
    {
        JsonElement at = root;
        foreach (string token in tokens.AsSpan(0, tokens.Length - 1))
        {
            if (at.ValueKind == JsonValueKind.Array && int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
                at = at[index];
            else if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(token, out at))
                return null;
        }

        return at;
    }
}
