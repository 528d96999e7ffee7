// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Pods;

/// <summary>Requests and limits of containers.</summary>
internal static class ResourceAmounts
{
    public static void Validate(JsonObject? resources, string path, FieldErrors errors)
    {
        JsonObject limits = resources?.Object("limits") ?? [], requests = resources?.Object("requests") ?? [];
        ValidateList(limits, $"{path}.limits", errors);
        ValidateList(requests, $"{path}.requests", errors);
        foreach ((string name, JsonNode? text) in requests)
        {
            if (!limits.ContainsKey(name) || !Quantity.TryParse(text?.ToString(), out Quantity request)
                || !Quantity.TryParse(limits[name]?.ToString(), out Quantity limit))
                continue;
            bool mayExceed = name is "cpu" or "memory" or "ephemeral-storage" || name.StartsWith("hugepages-", StringComparison.Ordinal);
            if (!mayExceed && request != limit)
                errors.Invalid($"{path}.requests", request.ToString(), $"must be equal to {name} limit of {limit}");
            else if (request > limit)
                errors.Invalid($"{path}.requests", request.ToString(), $"must be less than or equal to {name} limit of {limit}");
        }
    }

    private static void ValidateList(JsonObject amounts, string path, FieldErrors errors)
    {
        foreach ((string name, JsonNode? text) in amounts)
        {
            foreach (string complaint in NameRules.QualifiedName(name))
                errors.Invalid($"{path}[{name}]", name, complaint);
            if (Quantity.TryParse(text?.ToString(), out Quantity amount) && amount.Sign < 0)
                errors.Invalid($"{path}[{name}]", amount.ToString(), "must be greater than or equal to 0");
        }
    }
}
