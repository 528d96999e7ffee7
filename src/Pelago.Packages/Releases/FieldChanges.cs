// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Options;

namespace Pelago.Packages.Releases;

/// <summary>Field by field from what is there to what will be; what was installed says whether somebody changed it since.</summary>
internal sealed class FieldChanges
{
    private const int MaxText = 80;

    /// <summary>Characters before the first difference, to know the place by.</summary>
    private const int Around = 20;
    private static readonly string[] Unsaid = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"];
    private static readonly string[] Keys = ["name", "containerPort", "mountPath", "port", "key", "type"];
    private readonly IReadOnlyList<string> _secrets;
    private readonly List<string> _lines = [];

    private FieldChanges(IReadOnlyList<string> secrets) => _secrets = secrets;

    /// <param name="installed">Null: it was never installed.</param>
    /// <param name="isSecret">Values are not shown.</param>
    /// <param name="secrets">Texts that are not shown wherever they stand.</param>
    public static IReadOnlyList<string> Of(JsonObject live, JsonObject after, JsonObject? installed, bool isSecret, IReadOnlyList<string> secrets)
    {
        var changes = new FieldChanges(secrets);
        foreach (string part in live.Select(pair => pair.Key).Union(after.Select(pair => pair.Key)).Where(part => part is not ("status" or "apiVersion" or "kind")))
            changes.Walk(part, live[part], after[part], installed?[part], isSecret && part is "data" or "stringData");
        return changes._lines;
    }

    private void Walk(string path, JsonNode? live, JsonNode? after, JsonNode? installed, bool isSecret)
    {
        if (JsonEquality.DeepEquals(live, after))
            return;
        if (live is JsonObject left && after is JsonObject right)
        {
            foreach (string field in left.Select(pair => pair.Key).Union(right.Select(pair => pair.Key)).Where(field => path != "metadata" || !Unsaid.Contains(field)).ToArray())
                Walk($"{path}.{field}", left[field], right[field], (installed as JsonObject)?[field], isSecret);
            return;
        }

        if (live is JsonArray before && after is JsonArray now && KeyOf(before) is { } key && KeyOf(now) == key)
        {
            WalkItems(path, key, before, now, installed as JsonArray, isSecret);
            return;
        }

        bool isOthers = installed is not null && live is not null && !JsonEquality.DeepEquals(installed, live) && installed is JsonValue;
        int from = Beginning(Whole(live), Whole(after));
        _lines.Add(isSecret || Tells(live) || Tells(after) || Tells(installed)
            ? $"{path}: {HiddenText.Instead} changes"
            : $"{path}: {Cut(Whole(live), from)} → {Cut(Whole(after), from)}{(isOthers ? $" (was installed as {Cut(Whole(installed), from)} and changed since)" : "")}");
    }

    private void WalkItems(string path, string key, JsonArray live, JsonArray after, JsonArray? installed, bool isSecret)
    {
        foreach (string name in live.Concat(after).Select(item => Name(item, key)).Distinct().ToArray())
            Walk($"{path}[{name}]", Find(live, key, name), Find(after, key, name), installed is null ? null : Find(installed, key, name), isSecret);
    }

    private bool Tells(JsonNode? value) => _secrets.Count > 0 && value switch
    {
        JsonObject fields => fields.Any(pair => Tells(pair.Value)),
        JsonArray items => items.Any(Tells),
        JsonValue text => HiddenText.IsIn(Plain(text), _secrets),
        _ => false,
    };

    private static JsonNode? Find(JsonArray items, string key, string name) => items.FirstOrDefault(item => Name(item, key) == name);

    private static string Name(JsonNode? item, string key) => (item as JsonObject)?[key]?.ToString() ?? "";

    /// <summary>By what the items of a list are told apart; null when they are not.</summary>
    private static string? KeyOf(JsonArray items) => Array.Find(
        Keys, key => items.Count > 0 && items.All(item => item is JsonObject json && json.ContainsKey(key)) && items.Select(item => Name(item, key)).Distinct().Count() == items.Count);

    private static string Whole(JsonNode? node) => (node is null ? "nothing" : Plain(node)).ReplaceLineEndings(" ");

    /// <summary>Where two texts are shown from: what is too long is cut, and where they differ must be seen.</summary>
    private static int Beginning(string left, string right)
    {
        int same = left.AsSpan().CommonPrefixLength(right);
        return Math.Max(left.Length, right.Length) <= MaxText || same < MaxText - Around ? 0 : same - Around;
    }

    private static string Cut(string text, int from)
    {
        if (from > 0 && from < text.Length && char.IsLowSurrogate(text[from]))
            from--; // half a character is none
        string rest = from >= text.Length ? "" : text[from..];
        string shown = rest.Length <= MaxText ? rest : $"{rest[..(char.IsHighSurrogate(rest[MaxText - 1]) ? MaxText - 1 : MaxText)]}…";
        return from > 0 ? $"…{shown}" : shown;
    }

    private static string Plain(JsonNode node) => node is JsonValue value && value.TryGetValue(out string? plain) ? plain : node.ToJsonString();
}
