// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Workloads;

/// <summary>maxUnavailable and maxSurge: counts or percentages, and not both zero.</summary>
internal static class RollingRules
{
    private const string NoPercent =
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

    public static void Validate(JsonObject rolling, string path, FieldErrors errors)
    {
        string unavailable = $"{path}.maxUnavailable";
        ValidateAmount(rolling["maxUnavailable"], unavailable, errors);
        ValidateAmount(rolling["maxSurge"], $"{path}.maxSurge", errors);
        if (Share(rolling["maxUnavailable"]) == 0 && Share(rolling["maxSurge"]) == 0)
            errors.Invalid(unavailable, GoSyntax.IntOrString(rolling["maxUnavailable"]), "may not be 0 when `maxSurge` is 0");
        ValidateAtMostAll(rolling["maxUnavailable"], unavailable, errors);
    }

    /// <summary>DaemonSets: exactly one of the two is not zero.</summary>
    public static void ValidateOneOf(JsonObject rolling, string path, FieldErrors errors)
    {
        foreach (string field in (ReadOnlySpan<string>)["maxUnavailable", "maxSurge"])
            ValidateAmount(rolling[field], $"{path}.{field}", errors);
        foreach (string field in (ReadOnlySpan<string>)["maxUnavailable", "maxSurge"])
            ValidateAtMostAll(rolling[field], $"{path}.{field}", errors);
        bool hasUnavailable = Share(rolling["maxUnavailable"]) != 0, hasSurge = Share(rolling["maxSurge"]) != 0;
        if (hasUnavailable && hasSurge)
            errors.Invalid($"{path}.maxSurge", GoSyntax.IntOrString(rolling["maxSurge"]), "may not be set when maxUnavailable is non-zero");
        else if (!hasUnavailable && !hasSurge)
            errors.Required($"{path}.maxUnavailable", "cannot be 0 when maxSurge is 0");
    }

    /// <summary>A count of at least 0, or a percentage.</summary>
    public static void ValidateAmount(JsonNode? node, string field, FieldErrors errors)
    {
        if (!IntOrString.TryRead(node, out IntOrString amount))
            return;
        if (amount.Text is null && amount.Number < 0)
            errors.Invalid(field, (long)amount.Number, "must be greater than or equal to 0");
        else if (amount.Text is not null && Share(node) is null)
            errors.Invalid(field, GoSyntax.IntOrString(node), NoPercent);
    }

    public static void ValidateAtMostAll(JsonNode? node, string field, FieldErrors errors)
    {
        if (node.AsInteger() is null && Share(node) > 100)
            errors.Invalid(field, GoSyntax.IntOrString(node), "must not be greater than 100%");
    }

    /// <summary>The number of either form; an absent amount is 0, an unreadable one null.</summary>
    private static int? Share(JsonNode? node)
    {
        if (node is null)
            return 0;
        if (!IntOrString.TryRead(node, out IntOrString amount))
            return null;
        if (amount.Text is not { } text)
            return amount.Number;
        return text.EndsWith('%') && int.TryParse(text.AsSpan(0, text.Length - 1), out int percent) && percent >= 0 ? percent : null;
    }
}
