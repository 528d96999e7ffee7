// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Pelago.Kube;

/// <summary>
/// Conditions that must all hold, parted by commas: <c>state=failed,node~rack7,age&lt;1h</c>. A comma within double quotes or within the slashes of a
/// regular expression is part of the value.
/// </summary>
public sealed class TaskConditions
{
    public static readonly TaskConditions None = new([]);

    private const int MaxLength = 4_096;
    private readonly TaskCondition[] _conditions;

    private TaskConditions(TaskCondition[] conditions) => _conditions = conditions;

    public bool IsEmpty => _conditions.Length == 0;

    /// <summary>Which states are wanted was said, so none are left out silently.</summary>
    public bool SaysWhichStates => Array.Exists(_conditions, condition => condition.Field == TaskFields.State || condition.Field == TaskFields.Ended || condition.Field == TaskFields.Exit);

    public static bool TryParse(string? text, [NotNullWhen(true)] out TaskConditions? conditions, [NotNullWhen(false)] out string? error)
    {
        (conditions, error) = (None, null);
        if (string.IsNullOrEmpty(text))
            return true;
        conditions = null;
        if (text.Length > MaxLength)
        {
            error = $"the conditions have more than {MaxLength} characters";
            return false;
        }

        if (Split(text) is not { } parts)
        {
            error = $"{text}: a quote is not closed";
            return false;
        }

        var read = new List<TaskCondition>();
        foreach (string part in parts)
        {
            if (string.IsNullOrWhiteSpace(part))
                continue;
            if (!TaskCondition.TryParse(part, out TaskCondition? condition, out error))
                return false;
            read.Add(condition);
        }

        conditions = new TaskConditions([.. read]);
        return true;
    }

    /// <summary>What the conditions are about.</summary>
    public IEnumerable<TaskField> Fields => _conditions.Select(condition => condition.Field);

    /// <summary>Those that are left to judge of tasks of one cluster; null when there can be none.</summary>
    internal TaskConditions? Within(string cluster)
    {
        if (!Fields.Contains(TaskFields.Cluster))
            return this;
        var any = new PodTask { Pod = new TaskPod { Cluster = cluster, Namespace = "", Name = "" }, Container = "" };
        ILookup<bool, TaskCondition> ofCluster = _conditions.ToLookup(condition => condition.Field == TaskFields.Cluster);
        return ofCluster[true].All(condition => condition.Matches(any, 0)) ? new TaskConditions([.. ofCluster[false]]) : null;
    }

    /// <summary>Reads as the same conditions.</summary>
    public override string ToString() => string.Join(',', _conditions.Select(condition => $"\"{condition}\""));

    /// <param name="now">Seconds since 1970.</param>
    public bool Matches(PodTask task, long now)
    {
        foreach (TaskCondition condition in _conditions)
        {
            if (!condition.Matches(task, now))
                return false;
        }

        return true;
    }

    /// <summary>The parts between the commas, without quotes; null when a quote is not closed.</summary>
    private static List<string>? Split(string text)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == ',')
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else if (text[i] == '"')
            {
                int end = text.IndexOf('"', i + 1);
                if (end < 0)
                    return null;
                part.Append(text, i + 1, end - i - 1);
                i = end;
            }
            else if (text[i] == '/' && i > 0 && text[i - 1] == '~' && EndOfRegex(text, i + 1) is var end and > 0)
            {
                part.Append(text, i, end - i + 1);
                i = end;
            }
            else
            {
                part.Append(text[i]);
            }
        }

        parts.Add(part.ToString());
        return parts;
    }

    /// <summary>The next slash that ends a condition; -1 when there is none, and the first one was nothing special.</summary>
    private static int EndOfRegex(string text, int start)
    {
        for (int end = text.IndexOf('/', start); end >= 0; end = text.IndexOf('/', end + 1))
        {
            if (end > start && (end + 1 == text.Length || text[end + 1] == ','))
                return end;
        }

        return -1;
    }
}
