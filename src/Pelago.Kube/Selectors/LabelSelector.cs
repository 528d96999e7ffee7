// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>
/// A condition on labels: the text of <c>labelSelector=</c> and the matchLabels/matchExpressions object read into the same requirements.
/// All must hold. Immutable; sorted by key.
/// </summary>
public sealed class LabelSelector
{
    /// <summary>Matches every object: the empty text, the empty object.</summary>
    public static readonly LabelSelector Everything = new([]);

    /// <summary>Matches no object: an absent structured selector.</summary>
    public static readonly LabelSelector Nothing = new([]);

    private readonly LabelRequirement[] _requirements;

    private LabelSelector(LabelRequirement[] requirements) => _requirements = requirements;

    public IReadOnlyList<LabelRequirement> Requirements => _requirements;
    public bool IsEverything => _requirements.Length == 0 && !IsNothing;
    public bool IsNothing => ReferenceEquals(this, Nothing);

    public static LabelSelector Of(IEnumerable<LabelRequirement> requirements)
    {
        LabelRequirement[] sorted = [.. requirements.OrderBy(requirement => requirement.Key, StringComparer.Ordinal)];
        return sorted.Length == 0 ? Everything : new LabelSelector(sorted);
    }

    /// <summary>Reads the text form; <paramref name="error"/> is the text of labels.Parse. Null and empty match everything.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out LabelSelector? selector, [NotNullWhen(false)] out string? error)
    {
        (selector, error) = (Everything, null);
        if (string.IsNullOrEmpty(text))
            return true;
        selector = LabelSelectorParser.TryParse(text, out List<LabelRequirement>? requirements, out error) ? Of(requirements) : null;
        return selector is not null;
    }

    public static LabelSelector Parse(string text) =>
        TryParse(text, out LabelSelector? selector, out string? error) ? selector : throw new FormatException(error);

    /// <summary>Reads a LabelSelector object (LabelSelectorAsSelector): null matches nothing, an empty one everything.</summary>
    public static bool TryRead(JsonObject? json, [NotNullWhen(true)] out LabelSelector? selector, [NotNullWhen(false)] out string? error)
    {
        (selector, error) = (Nothing, null);
        if (json is null)
            return true;
        IEnumerable<KeyValuePair<string, string>> labels =
            json.Object("matchLabels")?.Select(pair => KeyValuePair.Create(pair.Key, AsText(pair.Value))) ?? [];
        IEnumerable<(string Key, string Operator, IEnumerable<string> Values)> expressions =
            json.Array("matchExpressions")?.OfType<JsonObject>().Select(static expression => (
                expression.String("key") ?? "",
                expression.String("operator") ?? "",
                expression.Array("values")?.Select(AsText) ?? [])) ?? [];
        return TryCreate(labels, expressions, out selector, out error);
    }

    /// <summary>Builds the selector of matchLabels and matchExpressions (operators <c>In</c>, <c>NotIn</c>, <c>Exists</c>, <c>DoesNotExist</c>).</summary>
    public static bool TryCreate(
        IEnumerable<KeyValuePair<string, string>> matchLabels,
        IEnumerable<(string Key, string Operator, IEnumerable<string> Values)> matchExpressions,
        [NotNullWhen(true)] out LabelSelector? selector,
        [NotNullWhen(false)] out string? error)
    {
        selector = null;
        var requirements = new List<LabelRequirement>();
        foreach ((string key, string value) in matchLabels)
        {
            if (!LabelRequirement.TryCreate(key, LabelOperator.Equals, [value], out LabelRequirement? requirement, out error))
                return false;
            requirements.Add(requirement);
        }

        foreach ((string key, string name, IEnumerable<string> values) in matchExpressions)
        {
            if (!TryReadOperator(name, out LabelOperator @operator))
            {
                error = $"{GoText.Quote(name)} is not a valid label selector operator";
                return false;
            }

            if (!LabelRequirement.TryCreate(key, @operator, values, out LabelRequirement? requirement, out error))
                return false;
            requirements.Add(requirement);
        }

        (selector, error) = (Of(requirements), null);
        return true;
    }

    public bool Matches(IReadOnlyDictionary<string, string>? labels)
    {
        foreach (LabelRequirement requirement in _requirements)
        {
            string? value = null;
            labels?.TryGetValue(requirement.Key, out value);
            if (!requirement.Matches(value))
                return false;
        }

        return !IsNothing;
    }

    public bool Matches(JsonObject? labels)
    {
        foreach (LabelRequirement requirement in _requirements)
        {
            if (!requirement.Matches(labels?.String(requirement.Key)))
                return false;
        }

        return !IsNothing;
    }

    public bool Matches(in Utf8Labels labels)
    {
        foreach (LabelRequirement requirement in _requirements)
        {
            if (!requirement.Matches(labels))
                return false;
        }

        return !IsNothing;
    }

    /// <summary>The one value that a label must have, when the first requirement on it says so; else null. For index look-ups.</summary>
    public string? RequiresExactMatch(string key)
    {
        LabelRequirement? first = Array.Find(_requirements, requirement => requirement.Key == key);
        return first is { Operator: LabelOperator.Equals or LabelOperator.DoubleEquals or LabelOperator.In, Values: [string only] } ? only : null;
    }

    /// <summary>The canonical text, which parses to the same selector (but for <see cref="Nothing"/>, which has none).</summary>
    public override string ToString() => string.Join<LabelRequirement>(',', _requirements);

    private static string AsText(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    private static bool TryReadOperator(string name, out LabelOperator @operator)
    {
        @operator = name switch
        {
            "In" => LabelOperator.In,
            "NotIn" => LabelOperator.NotIn,
            "Exists" => LabelOperator.Exists,
            "DoesNotExist" => LabelOperator.DoesNotExist,
            _ => LabelOperator.Equals,
        };
        return @operator != LabelOperator.Equals;
    }
}
