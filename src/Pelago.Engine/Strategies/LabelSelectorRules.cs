// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Resources;
using Pelago.Kube;

namespace Pelago.Engine.Strategies;

/// <summary>metav1.LabelSelector (apimachinery pkg/apis/meta/v1/validation/validation.go).</summary>
internal static class LabelSelectorRules
{
    public static void Validate(JsonObject selector, string path, FieldErrors errors)
    {
        MetadataRules.ValidateLabels(selector.Object("matchLabels"), $"{path}.matchLabels", errors);
        JsonArray expressions = selector.Array("matchExpressions") ?? [];
        for (int i = 0; i < expressions.Count; i++)
        {
            if (expressions[i] is JsonObject expression)
                ValidateExpression(expression, $"{path}.matchExpressions[{i}]", errors);
        }
    }

    private static void ValidateExpression(JsonObject expression, string at, FieldErrors errors)
    {
        int values = expression.Array("values")?.Count ?? 0;
        switch (expression.String("operator"))
        {
            case "In" or "NotIn":
                if (values == 0)
                    errors.Required($"{at}.values", "must be specified when `operator` is 'In' or 'NotIn'");
                break;
            case "Exists" or "DoesNotExist":
                if (values > 0)
                    errors.Forbidden($"{at}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                break;
            case var other:
                errors.Invalid($"{at}.operator", other ?? "", "not a valid selector operator");
                break;
        }

        string key = expression.String("key") ?? "";
        foreach (string complaint in NameRules.QualifiedName(key))
            errors.Invalid($"{at}.key", key, complaint);
    }
}
