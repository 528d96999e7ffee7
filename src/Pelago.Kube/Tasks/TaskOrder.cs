// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;

namespace Pelago.Kube;

/// <summary>
/// What tasks are sorted by: <c>mem</c>, <c>state,age:desc</c>. Amounts and counts come largest first, everything else smallest first, unless
/// <c>:asc</c> or <c>:desc</c> says otherwise; what is not known comes last, and equal ones by their ids.
/// </summary>
public sealed class TaskOrder
{
    /// <summary>By cluster, namespace, pod and container.</summary>
    public static readonly TaskOrder ById = new("", []);

    private const int MaxLength = 256;
    private readonly (TaskField Field, bool Descending)[] _keys;

    private TaskOrder(string spelling, (TaskField Field, bool Descending)[] keys) => (Spelling, _keys) = (spelling, keys);

    /// <summary>As it was written; empty for <see cref="ById"/>.</summary>
    public string Spelling { get; }

    /// <summary>The fields, the most important first.</summary>
    public IEnumerable<TaskField> Fields => _keys.Select(key => key.Field);

    public static bool TryParse(string? text, [NotNullWhen(true)] out TaskOrder? order, [NotNullWhen(false)] out string? error)
    {
        (order, error) = (ById, null);
        if (string.IsNullOrEmpty(text))
            return true;
        order = null;
        var keys = new List<(TaskField, bool)>();
        if (text.Length > MaxLength)
            error = $"the order has more than {MaxLength} characters";
        foreach (string part in error is null ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [])
        {
            string[] words = part.Split(':', 2);
            string direction = words.Length > 1 ? words[1] : "";
            if (TaskFields.Find(words[0]) is not { } field)
                error = TaskFields.NoSuch(words[0]);
            else if (direction is not ("" or "asc" or "desc"))
                error = $"{part}: the direction is asc or desc";
            else
                keys.Add((field, direction.Length == 0 ? field.IsLargestFirst : direction == "desc"));
        }

        if (error is not null)
            return false;
        order = new TaskOrder(text, [.. keys]);
        return true;
    }

    /// <summary>A total order: 0 only for the same task.</summary>
    /// <param name="now">Seconds since 1970.</param>
    public int Compare(PodTask left, PodTask right, long now)
    {
        foreach ((TaskField field, bool descending) in _keys)
        {
            int order = field.Compare(left, right, now, descending);
            if (order != 0)
                return order;
        }

        return PodTask.CompareIds(left, right);
    }
}
