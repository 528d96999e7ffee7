// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Schema;

namespace Pelago.Packages.Options;

/// <summary>The options of a package as questions, in the order of its schema.</summary>
public sealed class OptionForm(JsonObject schema)
{
    private const int MaxDepth = 10;

    public IReadOnlyList<OptionQuestion> Questions { get; } = [.. Walk(schema, [], OptionDefaults.Of(schema), isNeeded: true)];

    /// <summary>The paths of options that are texts, for <see cref="OptionPath.TrySet"/>.</summary>
    /// <param name="schema">The config.json of a package; null: it has none.</param>
    public static IReadOnlySet<string> Texts(JsonObject? schema) =>
        schema is null ? new HashSet<string>() : new OptionForm(schema).Questions.Where(question => question.Type == "string").Select(question => question.Path).ToHashSet(StringComparer.Ordinal);

    /// <summary>What is wrong with options at a path or below it, a line each.</summary>
    public IReadOnlyList<string> Faults(JsonObject options, string path)
    {
        JsonObject all = OptionMerge.Merge(OptionDefaults.Of(schema), options);
        var probe = new JsonObject();
        OptionPath.TrySet(probe, $"{path}=0");
        string pointer = "";
        for (JsonObject? at = probe; at is { Count: 1 }; at = at.First().Value as JsonObject)
            pointer += $"/{InstancePath.Escape(at.First().Key)}";
        return [.. OptionCheck.Check(schema, all).Where(fault => (fault.Fault.Pointer + "/").StartsWith(pointer + "/", StringComparison.Ordinal)).Select(fault => fault.ToString())];
    }

    /// <summary>Answers as the type of a question wants them; text that is to be text stays it, whatever it looks like.</summary>
    public static bool TryAnswer(OptionQuestion question, string answer, JsonObject options)
    {
        if (question.Type == "string")
            return OptionPath.TrySet(options, $"{question.Path}={JsonValue.Create(answer).ToJsonString()}");
        if (question.Type == "boolean")
            answer = answer.ToLowerInvariant() switch { "y" or "yes" => "true", "n" or "no" => "false", _ => answer };
        return OptionPath.TrySet(options, $"{question.Path}={answer}");
    }

    private static IEnumerable<OptionQuestion> Walk(JsonObject node, string[] path, JsonObject defaults, bool isNeeded)
    {
        HashSet<string> required = [.. (node.Array("required") ?? []).Select(name => name?.ToString() ?? "")];
        foreach ((string name, JsonNode? value) in node.Object("properties") ?? [])
        {
            if (value is not JsonObject property)
                continue;
            string[] here = [.. path, name];
            bool needed = isNeeded && required.Contains(name);
            if (property.Object("properties") is { Count: > 0 } && here.Length < MaxDepth)
            {
                foreach (OptionQuestion inner in Walk(property, here, defaults.Object(name) ?? [], needed))
                    yield return inner;
                continue;
            }

            JsonNode? usual = defaults[name];
            yield return new OptionQuestion(
                OptionPath.Of(here), property.String("type") ?? "", property.String("description") ?? property.String("title") ?? "", usual,
                [.. (property.Array("enum") ?? []).Select(choice => choice?.ToString() ?? "null")], needed && usual is null)
            {
                IsSecret = SecretSchema.IsSecret(name, property),
            };
        }
    }
}
