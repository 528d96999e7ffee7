// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Releases;

/// <summary>Field by field from what is there to what will be; what was installed says whether somebody changed it since.</summary>
internal static class FieldChanges
{
    private const int MaxText = 80;
    private static readonly string[] Unsaid = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"];
    private static readonly string[] Keys = ["name", "containerPort", "mountPath", "port", "key", "type"];

    /// <param name="installed">Null: it was never installed.</param>
    /// <param name="isSecret">Values are not shown.</param>
    public static IReadOnlyList<string> Of(JsonObject live, JsonObject after, JsonObject? installed, bool isSecret)
    {
        var lines = new List<string>();
        foreach (string part in live.Select(pair => pair.Key).Union(after.Select(pair => pair.Key)).Where(part => part is not ("status" or "apiVersion" or "kind")))
            Walk(part, live[part], after[part], installed?[part], isSecret && part is "data" or "stringData", lines);
        return lines;
    }

    private static void Walk(string path, JsonNode? live, JsonNode? after, JsonNode? installed, bool isSecret, List<string> lines)
    {
        if (JsonEquality.DeepEquals(live, after))
            return;
        if (live is JsonObject left && after is JsonObject right)
        {
            foreach (string field in left.Select(pair => pair.Key).Union(right.Select(pair => pair.Key)).Where(field => path != "metadata" || !Unsaid.Contains(field)).ToArray())
                Walk($"{path}.{field}", left[field], right[field], (installed as JsonObject)?[field], isSecret, lines);
            return;
        }

        if (live is JsonArray before && after is JsonArray now && KeyOf(before) is { } key && KeyOf(now) == key)
        {
            WalkItems(path, key, before, now, installed as JsonArray, isSecret, lines);
            return;
        }

        bool isOthers = installed is not null && live is not null && !JsonEquality.DeepEquals(installed, live) && installed is JsonValue;
        lines.Add(isSecret
            ? $"{path}: (a secret) changes"
            : $"{path}: {Text(live)} → {Text(after)}{(isOthers ? $" (was installed as {Text(installed)} and changed since)" : "")}");
    }

    private static void WalkItems(string path, string key, JsonArray live, JsonArray after, JsonArray? installed, bool isSecret, List<string> lines)
    {
        foreach (string name in live.Concat(after).Select(item => Name(item, key)).Distinct().ToArray())
            Walk($"{path}[{name}]", Find(live, key, name), Find(after, key, name), installed is null ? null : Find(installed, key, name), isSecret, lines);
    }

    private static JsonNode? Find(JsonArray items, string key, string name) => items.FirstOrDefault(item => Name(item, key) == name);

    private static string Name(JsonNode? item, string key) => (item as JsonObject)?[key]?.ToString() ?? "";

    /// <summary>By what the items of a list are told apart; null when they are not.</summary>
    private static string? KeyOf(JsonArray items) => Array.Find(
        Keys, key => items.Count > 0 && items.All(item => item is JsonObject json && json.ContainsKey(key)) && items.Select(item => Name(item, key)).Distinct().Count() == items.Count);

    private static string Text(JsonNode? node)
    {
        string text = node is null ? "nothing" : node is JsonValue value && value.TryGetValue(out string? plain) ? plain : node.ToJsonString();
        text = text.ReplaceLineEndings(" ");
        return text.Length <= MaxText ? text : $"{text[..MaxText]}…";
    }
}
