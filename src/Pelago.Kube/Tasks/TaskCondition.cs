// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Pelago.Kube;

/// <summary>
/// One condition on one field: <c>state=failed|lost</c>, <c>node~rack7</c>, <c>age&lt;1h</c>. A number that is not known meets none.
/// </summary>
public sealed class TaskCondition
{
    /// <summary>Longest first, so that <c>&lt;=</c> is not read as <c>&lt;</c>.</summary>
    private static readonly string[] Operators = ["!=", "!~", "<=", ">=", "=", "~", "<", ">"];

    private readonly string _spelling;
    private readonly string _operator;
    private readonly string[] _texts = [];
    private readonly Regex? _regex;
    private readonly long[] _numbers = [];

    private TaskCondition(TaskField field, string @operator, string value, string[] texts, Regex? regex)
    {
        (Field, _operator, _texts, _regex, _spelling) = (field, @operator, texts, regex, $"{field.Name}{@operator}{value}");
    }

    private TaskCondition(TaskField field, string @operator, string value, long[] numbers)
    {
        (Field, _operator, _numbers, _spelling) = (field, @operator, numbers, $"{field.Name}{@operator}{value}");
    }

    public TaskField Field { get; }

    /// <summary>Reads one condition, without the quotes that a value may have had.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out TaskCondition? condition, [NotNullWhen(false)] out string? error)
    {
        condition = null;
        int at = text.AsSpan().IndexOfAny("!=~<>");
        string? @operator = at <= 0 ? null : Array.Find(Operators, known => text.AsSpan(at).StartsWith(known, StringComparison.Ordinal));
        if (@operator is null)
        {
            error = $"\"{text}\" is no condition; write FIELD=VALUE, or one of != ~ !~ < <= > >=, as in state=failed, node~rack7, age<1h";
            return false;
        }

        string name = text[..at].Trim(), value = text[(at + @operator.Length)..].Trim();
        if (TaskFields.Find(name) is not { } field)
        {
            error = TaskFields.NoSuch(name);
            return false;
        }

        return field.Kind == TaskFieldKind.Text
            ? TryText(field, @operator, value, out condition, out error)
            : TryNumbers(field, @operator, value, out condition, out error);
    }

    /// <param name="now">Seconds since 1970.</param>
    public bool Matches(PodTask task, long now)
    {
        if (_numbers.Length == 0)
            return MatchesText(Field.Text(task, now));
        if (!Field.TryNumber(task, now, out long number))
            return false;
        return _operator switch
        {
            "=" or "~" => _numbers.AsSpan().Contains(number),
            "!=" or "!~" => !_numbers.AsSpan().Contains(number),
            "<" => number < _numbers[0],
            "<=" => number <= _numbers[0],
            ">" => number > _numbers[0],
            _ => number >= _numbers[0],
        };
    }

    /// <summary>Reads as the same condition.</summary>
    public override string ToString() => _spelling;

    private bool MatchesText(string text) => _operator switch
    {
        "=" => Array.IndexOf(_texts, text) >= 0,
        "!=" => Array.IndexOf(_texts, text) < 0,
        "~" => Contains(text),
        _ => !Contains(text),
    };

    private bool Contains(string text) =>
        _regex is not null ? TaskText.IsMatch(_regex, text) : Array.Exists(_texts, part => text.Contains(part, StringComparison.Ordinal));

    private static bool TryText(TaskField field, string @operator, string value, out TaskCondition? condition, [NotNullWhen(false)] out string? error)
    {
        (condition, error) = (null, null);
        if (@operator is "<" or "<=" or ">" or ">=")
            error = $"{field.Name}{@operator}{value}: {field.Name} is a text; ask with = != ~ or !~";
        else if (value.Length > TaskText.MaxPatternLength)
            error = $"{field.Name}: the value has more than {TaskText.MaxPatternLength} characters";
        if (error is not null)
            return false;
        Regex? regex = null;
        if (@operator is "~" or "!~")
        {
            if (TaskText.IsRegex(value) && !TaskText.TryRegex(value, out regex, out error))
                return false;
            regex ??= TaskText.IsGlob(value) ? TaskText.Glob(value) : null;
        }

        condition = new TaskCondition(field, @operator, value, regex is null ? value.Split('|') : [], regex);
        return true;
    }

    private static bool TryNumbers(TaskField field, string @operator, string value, out TaskCondition? condition, [NotNullWhen(false)] out string? error)
    {
        (condition, error) = (null, null);
        string[] alternatives = value.Split('|');
        bool isOrder = @operator is "<" or "<=" or ">" or ">=";
        if (isOrder && (alternatives.Length > 1 || field.Kind == TaskFieldKind.State))
        {
            error = $"{field.Name}{@operator}{value}: {(field.Kind == TaskFieldKind.State ? "states have no order" : "several values have no order")}; ask with = or !=";
            return false;
        }

        long[] numbers = new long[alternatives.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            error = ReadNumber(field, alternatives[i].Trim(), out numbers[i]);
            if (error is not null)
                return false;
        }

        condition = new TaskCondition(field, @operator, value, numbers);
        return true;
    }

    /// <returns>Why it is none; null when it was read.</returns>
    private static string? ReadNumber(TaskField field, string text, out long number)
    {
        number = 0;
        switch (field.Kind)
        {
            case TaskFieldKind.State:
                bool isState = TaskStates.TryParse(text, out TaskState state);
                number = (long)state;
                return isState ? null : $"\"{text}\" is no state; the states are {string.Join(", ", TaskStates.Names)}";
            case TaskFieldKind.Age:
                return TryAge(text, out number) ? null : $"{field.Name}: \"{text}\" is no time; write 90s, 5m, 1h30m, 2d or 1w";
            case TaskFieldKind.Cpu or TaskFieldKind.Memory:
                bool isAmount = Quantity.TryParse(text, out Quantity amount);
                number = field.Kind == TaskFieldKind.Cpu ? amount.MilliValue : amount.Value;
                return isAmount ? null : $"{field.Name}: \"{text}\" is no amount; write {(field.Kind == TaskFieldKind.Cpu ? "0.5, 500m or 2" : "512Mi, 2Gi or 1e9")}";
            default:
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
                    ? null : $"{field.Name}: \"{text}\" is no whole number";
        }
    }

    /// <summary>A duration as Go spells it, with days and weeks before it.</summary>
    private static bool TryAge(string text, out long seconds)
    {
        const long SecondsOfDay = 86_400;
        seconds = 0;
        int unit = text.AsSpan().IndexOfAny('d', 'w');
        string rest = text;
        if (unit > 0)
        {
            if (!int.TryParse(text.AsSpan(0, unit), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
                return false;
            seconds = count * SecondsOfDay * (text[unit] == 'w' ? 7 : 1);
            rest = text[(unit + 1)..];
        }

        if (rest.Length == 0)
            return unit > 0;
        bool isDuration = GoDuration.TryParse(rest, out GoDuration duration, out _) && duration.Nanoseconds >= 0;
        seconds += duration.Nanoseconds / 1_000_000_000;
        return isDuration;
    }
}
