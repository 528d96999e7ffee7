// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies;

/// <summary>
/// Values as Go's <c>%#v</c> prints them: what field errors show of a bad value that is no text and no number.
/// A value of this type in <see cref="FieldErrors"/> is printed as it is.
/// </summary>
internal sealed record GoSyntax(string Text)
{
    /// <summary><c>map[string]string{"a":"b"}</c>, keys in order.</summary>
    public static GoSyntax Map(JsonObject? map)
    {
        if (map is null)
            return new GoSyntax("map[string]string(nil)");
        IEnumerable<string> pairs = map.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{GoText.Quote(pair.Key)}:{GoText.Quote(pair.Value?.ToString() ?? "")}");
        return new GoSyntax($"map[string]string{{{string.Join(", ", pairs)}}}");
    }

    /// <summary><c>[]string{"a", "b"}</c></summary>
    public static GoSyntax Strings(IEnumerable<string> texts) => new($"[]string{{{string.Join(", ", texts.Select(GoText.Quote))}}}");

    /// <summary><c>v1.LabelSelector{MatchLabels:map[string]string{…}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}</c></summary>
    public static GoSyntax LabelSelector(JsonObject? selector)
    {
        var text = new StringBuilder("v1.LabelSelector{MatchLabels:").Append(Map(selector?.Object("matchLabels")).Text).Append(", MatchExpressions:");
        if (selector?.Array("matchExpressions") is not { } expressions)
            return new GoSyntax(text.Append("[]v1.LabelSelectorRequirement(nil)}").ToString());
        IEnumerable<string> parts = expressions.OfType<JsonObject>().Select(expression =>
            $"v1.LabelSelectorRequirement{{Key:{GoText.Quote(expression.String("key") ?? "")}, Operator:{GoText.Quote(expression.String("operator") ?? "")}, "
            + $"Values:{(expression.Array("values") is { } values ? Strings(values.Select(value => value?.ToString() ?? "")).Text : "[]string(nil)")}}}");
        return new GoSyntax(text.Append("[]v1.LabelSelectorRequirement{").AppendJoin(", ", parts).Append("}}").ToString());
    }

    /// <summary><c>intstr.IntOrString{Type:0, IntVal:1, StrVal:""}</c></summary>
    public static GoSyntax IntOrString(JsonNode? value) => new(value.AsInteger() is { } number
        ? $"intstr.IntOrString{{Type:0, IntVal:{number}, StrVal:\"\"}}"
        : $"intstr.IntOrString{{Type:1, IntVal:0, StrVal:{GoText.Quote(value?.ToString() ?? "")}}}");

    public override string ToString() => Text;
}
