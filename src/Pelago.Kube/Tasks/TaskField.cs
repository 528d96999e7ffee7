// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.Kube;

/// <summary>How the values of a field are compared, written and asked for.</summary>
public enum TaskFieldKind
{
    Text,

    /// <summary>A <see cref="TaskState"/> by name.</summary>
    State,
    Count,

    /// <summary>The time since something was: <c>age&lt;1h</c>.</summary>
    Age,

    /// <summary>Thousandths of a core, asked for as a quantity: <c>cpu&gt;=500m</c>.</summary>
    Cpu,

    /// <summary>Bytes, asked for as a quantity: <c>mem&gt;1Gi</c>.</summary>
    Memory,
}

/// <summary>Something that is known of a task by a name: a column, what a condition is about, what tasks are sorted by.</summary>
public sealed class TaskField
{
    private readonly Func<PodTask, string>? _text;
    private readonly Func<PodTask, long>? _number;

    internal TaskField(string name, string header, Func<PodTask, string> text)
    {
        (Name, Header, Kind, _text) = (name, header, TaskFieldKind.Text, text);
    }

    /// <param name="number">The moment in seconds of an <see cref="TaskFieldKind.Age"/> and 0 for none; else the amount, negative for none.</param>
    internal TaskField(string name, string header, TaskFieldKind kind, Func<PodTask, long> number)
    {
        (Name, Header, Kind, _number) = (name, header, kind, number);
    }

    /// <summary>As it is asked for: <c>node</c>.</summary>
    public string Name { get; }

    /// <summary>As it stands above a column: <c>NODE</c>.</summary>
    public string Header { get; }
    public TaskFieldKind Kind { get; }

    /// <summary>Numbers of which the larger are of more interest are sorted that way unless the other is asked for.</summary>
    public bool IsLargestFirst => Kind is TaskFieldKind.Count or TaskFieldKind.Cpu or TaskFieldKind.Memory;

    /// <summary>For people: <c>web-1.app</c>, <c>3h</c>, <c>250m</c>, <c>128Mi</c>; empty when it is not known.</summary>
    /// <param name="now">Seconds since 1970.</param>
    public string Text(PodTask task, long now)
    {
        if (_text is not null)
            return _text(task);
        if (Kind == TaskFieldKind.State)
            return TaskStates.NameOf(task.State);
        return !TryNumber(task, now, out long number) ? "" : Kind switch
        {
            TaskFieldKind.Age => HumanDuration.Format(TimeSpan.FromSeconds(number)),
            TaskFieldKind.Cpu => Quantity.FromMilli(number).ToString(),
            TaskFieldKind.Memory => Memory(number),
            _ => number.ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The value of a field that is no text: seconds, counts, thousandths of a core, bytes; false when it is not known.</summary>
    /// <param name="now">Seconds since 1970.</param>
    public bool TryNumber(PodTask task, long now, out long number)
    {
        number = _number?.Invoke(task) ?? PodTask.Unknown;
        if (Kind != TaskFieldKind.Age)
            return number >= 0;
        bool isKnown = number > 0;
        number = now - number;
        return isKnown;
    }

    /// <summary>
    /// As <see cref="TryNumber"/>, but the moment itself of an age: what does not change while nothing happens, and travels.
    /// </summary>
    public bool TryRaw(PodTask task, out long number)
    {
        number = _number?.Invoke(task) ?? PodTask.Unknown;
        return Kind == TaskFieldKind.Age ? number > 0 : number >= 0;
    }

    /// <summary>The order by this field, smallest first; what is not known comes last, also when <paramref name="descending"/>.</summary>
    /// <param name="now">Seconds since 1970.</param>
    public int Compare(PodTask left, PodTask right, long now, bool descending)
    {
        int order;
        if (_text is not null)
        {
            string a = _text(left), b = _text(right);
            if (a.Length == 0 || b.Length == 0)
                return (a.Length == 0).CompareTo(b.Length == 0);
            order = string.CompareOrdinal(a, b);
        }
        else
        {
            bool hasLeft = TryNumber(left, now, out long a), hasRight = TryNumber(right, now, out long b);
            if (!hasLeft || !hasRight)
                return hasRight.CompareTo(hasLeft);
            order = a.CompareTo(b);
        }

        return descending ? -Math.Sign(order) : order;
    }

    private static string Memory(long bytes)
    {
        const long Mebibyte = 1 << 20;
        return bytes >= 10 * Mebibyte ? $"{bytes / Mebibyte}Mi" : bytes % 1024 == 0 && bytes > 0 ? $"{bytes / 1024}Ki" : bytes.ToString(CultureInfo.InvariantCulture);
    }
}
