// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Workloads;

/// <summary>
/// What a Job's successPolicy may say (pkg/apis/batch/validation validateSuccessPolicy): a rule that was read in part would be met too early.
/// </summary>
internal static class SuccessPolicyRules
{
    private const int MostRules = 20;

    public static void Validate(JsonObject? job, string path, FieldErrors errors)
    {
        if (job?.Object("successPolicy") is not { } policy)
            return;
        if (job.String("completionMode") != "Indexed")
            errors.Invalid(path, policy, "requires indexed completion mode");
        JsonArray rules = policy.Array("rules") ?? [];
        if (rules.Count == 0)
            errors.Required($"{path}.rules", "at least one rules must be specified when the successPolicy is specified");
        if (rules.Count > MostRules)
            errors.Invalid($"{path}.rules", rules.Count, $"must have at most {MostRules} items");
        for (int i = 0; i < rules.Count; i++)
            ValidateRule(rules[i] as JsonObject ?? [], job.Integer("completions") ?? 0, $"{path}.rules[{i}]", errors);
    }

    private static void ValidateRule(JsonObject rule, long completions, string path, FieldErrors errors)
    {
        long most = completions;
        if (rule["succeededCount"] is null && rule["succeededIndexes"] is null)
            errors.Required(path, "at least one of succeededCount or succeededIndexes must be specified");
        if (rule.String("succeededIndexes") is { } indexes)
        {
            if (CountOf(indexes, completions) is { } count)
                most = count;
            else
                errors.Invalid($"{path}.succeededIndexes", indexes, "error parsing succeededIndexes: must be rising indexes and ranges below completions, as in 1,3-5");
        }
        if (rule.Integer("succeededCount") is { } wanted && (wanted < 0 || wanted > most))
            errors.Invalid($"{path}.succeededCount", wanted, $"must be between 0 and {most}, the number of indexes");
    }

    /// <summary>How many indexes a text names; null when it cannot be read whole.</summary>
    private static long? CountOf(string text, long completions)
    {
        long count = 0, last = -1;
        foreach (string piece in text.Split(','))
        {
            string[] ends = piece.Split('-');
            if (ends.Length > 2 || !Read(ends[0], out long from) || !Read(ends[^1], out long to))
                return null;
            if (from <= last || to < from || to >= completions || (ends.Length == 2 && to == from))
                return null;
            (count, last) = (count + to - from + 1, to);
        }
        return count;

        static bool Read(string number, out long value) => long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
