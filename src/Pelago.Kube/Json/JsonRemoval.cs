// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>
/// Takes many fields out of an object at a cost that grows with its size. Each removal alone moves all fields that follow, so that a body of hundreds of
/// thousands of fields would keep a processor busy for minutes.
/// </summary>
internal static class JsonRemoval
{
    private const int Few = 16;

    /// <summary>Removes the fields of these names in place; the order of the others stays.</summary>
    public static void RemoveAll(this JsonObject json, IReadOnlyCollection<string> names)
    {
        if (names.Count <= Few)
        {
            foreach (string name in names)
                json.Remove(name);
            return;
        }
        var gone = new HashSet<string>(names, StringComparer.Ordinal);
        KeyValuePair<string, JsonNode?>[] kept = [.. json.Where(field => !gone.Contains(field.Key))];
        json.Clear();
        foreach (KeyValuePair<string, JsonNode?> field in kept)
            json.Add(field);
    }
}
