// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>One condition on one label. Immutable; values are sorted and distinct.</summary>
public sealed class LabelRequirement
{
    private static readonly string[] OperatorNames = ["in", "notin", "=", "==", "!=", "exists", "!", "gt", "lt"];
    private readonly byte[] _utf8Key;
    private readonly byte[][] _utf8Values;
    private readonly long _bound;

    private LabelRequirement(string key, LabelOperator @operator, string[] values)
    {
        Key = key;
        Operator = @operator;
        Values = values;
        _utf8Key = Encoding.UTF8.GetBytes(key);
        _utf8Values = Array.ConvertAll(values, Encoding.UTF8.GetBytes);
        if (@operator is LabelOperator.GreaterThan or LabelOperator.LessThan)
            _bound = long.Parse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    }

    public string Key { get; }
    public LabelOperator Operator { get; }
    public IReadOnlyList<string> Values { get; }

    /// <summary>Checks key, operator and values; <paramref name="error"/> is the text of labels.NewRequirement.</summary>
    public static bool TryCreate(
        string key,
        LabelOperator @operator,
        IEnumerable<string> values,
        [NotNullWhen(true)] out LabelRequirement? requirement,
        [NotNullWhen(false)] out string? error)
    {
        string[] sorted = [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var errors = new List<string>();
        if (NameRules.QualifiedName(key) is { Count: > 0 } keyFaults)
            errors.Add($"key: Invalid value: {GoText.Quote(key)}: {string.Join("; ", keyFaults)}");
        AddCountFault(@operator, sorted, errors);
        for (int i = 0; i < sorted.Length; i++)
        {
            if (NameRules.LabelValue(sorted[i]) is { Count: > 0 } faults)
                errors.Add($"values[{i}][{key}]: Invalid value: {GoText.Quote(sorted[i])}: {string.Join("; ", faults)}");
        }

        requirement = errors.Count == 0 ? new LabelRequirement(key, @operator, sorted) : null;
        error = errors.Count switch
        {
            0 => null,
            1 => errors[0],
            _ => $"[{string.Join(", ", errors.Distinct())}]",
        };
        return requirement is not null;
    }

    /// <summary>Judges a label's value; null means that the label is absent.</summary>
    public bool Matches(string? value) => Operator switch
    {
        LabelOperator.Exists => value is not null,
        LabelOperator.DoesNotExist => value is null,
        LabelOperator.NotIn or LabelOperator.NotEquals => value is null || !HasValue(value),
        LabelOperator.GreaterThan => TryReadInteger(value, out long number) && number > _bound,
        LabelOperator.LessThan => TryReadInteger(value, out long number) && number < _bound,
        _ => value is not null && HasValue(value),
    };

    /// <summary>The same over labels still in their document.</summary>
    public bool Matches(in Utf8Labels labels)
    {
        bool present = labels.TryGet(_utf8Key, out ReadOnlySpan<byte> value);
        return Operator switch
        {
            LabelOperator.Exists => present,
            LabelOperator.DoesNotExist => !present,
            LabelOperator.NotIn or LabelOperator.NotEquals => !present || !HasValue(value),
            LabelOperator.GreaterThan or LabelOperator.LessThan => present && Matches(Encoding.UTF8.GetString(value)),
            _ => present && HasValue(value),
        };
    }

    /// <summary>The canonical text: <c>a=b</c>, <c>a in (x,y)</c>, <c>!a</c>.</summary>
    public override string ToString()
    {
        string values = string.Join(',', Values);
        return Operator switch
        {
            LabelOperator.Exists => Key,
            LabelOperator.DoesNotExist => "!" + Key,
            LabelOperator.In or LabelOperator.NotIn => $"{Key} {OperatorNames[(int)Operator]} ({values})",
            LabelOperator.GreaterThan => $"{Key}>{values}",
            LabelOperator.LessThan => $"{Key}<{values}",
            _ => Key + OperatorNames[(int)Operator] + values,
        };
    }

    private static void AddCountFault(LabelOperator @operator, string[] values, List<string> errors)
    {
        (bool good, string complaint) = @operator switch
        {
            LabelOperator.In or LabelOperator.NotIn => (values.Length > 0, "for 'in', 'notin' operators, values set can't be empty"),
            LabelOperator.Exists or LabelOperator.DoesNotExist => (values.Length == 0, "values set must be empty for exists and does not exist"),
            LabelOperator.GreaterThan or LabelOperator.LessThan => (values.Length == 1, "for 'Gt', 'Lt' operators, exactly one value is required"),
            _ => (values.Length == 1, "exact-match compatibility requires one single value"),
        };
        if (!good)
            errors.Add($"values: Invalid value: {JsonArrayOf(values)}: {complaint}");
        if (@operator is not (LabelOperator.GreaterThan or LabelOperator.LessThan))
            return;
        for (int i = 0; i < values.Length; i++)
        {
            if (!TryReadInteger(values[i], out _))
                errors.Add($"values[{i}]: Invalid value: {GoText.Quote(values[i])}: for 'Gt', 'Lt' operators, the value must be an integer");
        }
    }

    private static string JsonArrayOf(string[] values)
    {
        var array = new JsonArray();
        foreach (string value in values)
            array.Add((JsonNode)JsonValue.Create(value));
        return Encoding.UTF8.GetString(KubeJson.ToUtf8(array));
    }

    private static bool TryReadInteger(string? text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private bool HasValue(string value)
    {
        foreach (string one in Values)
        {
            if (string.Equals(one, value, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private bool HasValue(ReadOnlySpan<byte> value)
    {
        foreach (byte[] one in _utf8Values)
        {
            if (value.SequenceEqual(one))
                return true;
        }

        return false;
    }
}
