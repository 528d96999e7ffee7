// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Selectors of model objects as selectors that match.</summary>
internal static class ModelSelectors
{
    /// <summary>Nothing when absent or invalid: an invalid selector must never select.</summary>
    public static LabelSelector ToSelector(this V1LabelSelector? selector)
    {
        if (selector is null)
            return LabelSelector.Nothing;
        IEnumerable<KeyValuePair<string, string>> labels = selector.MatchLabels ?? new Dictionary<string, string>();
        IEnumerable<(string, string, IEnumerable<string>)> expressions =
            (selector.MatchExpressions ?? []).Select(expression => (expression.Key, expression.OperatorProperty, (IEnumerable<string>)(expression.Values ?? [])));
        return LabelSelector.TryCreate(labels, expressions, out LabelSelector? made, out _) ? made : LabelSelector.Nothing;
    }

    public static LabelSelector ToSelector(this IDictionary<string, string>? labels) =>
        labels is null || labels.Count == 0 ? LabelSelector.Nothing
        : LabelSelector.TryCreate(labels, [], out LabelSelector? made, out _) ? made : LabelSelector.Nothing;
}
