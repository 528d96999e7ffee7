// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Pelago.Kube;

/// <summary>
/// Tasks as rows of an answer, a value for each column: texts, numbers (seconds since 1970, thousandths of a core, bytes), null for what is not known.
/// The form: docs/protocols/tasks.md.
/// </summary>
public static class TaskRows
{
    public const string Kind = "TaskRows";

    /// <summary>What a row must have for its reader to know which task it is, and which of several ended last.</summary>
    public static readonly IReadOnlyList<TaskField> Needed = [TaskFields.Namespace, TaskFields.Pod, TaskFields.Container, TaskFields.State, TaskFields.Age, TaskFields.Ended];

    /// <summary>Everything that a row can carry; the cluster is its reader's to name, and ids are made of their parts.</summary>
    public static readonly IReadOnlyList<TaskField> All = [.. TaskFields.All.Where(field => field != TaskFields.Cluster && field != TaskFields.Id)];

    /// <summary>The same without what nodes have to be asked for.</summary>
    public static readonly IReadOnlyList<TaskField> Unmeasured = [.. All.Where(field => field != TaskFields.CpuUsed && field != TaskFields.MemoryUsed)];

    /// <summary>One row.</summary>
    public static void Write(Utf8JsonWriter writer, PodTask task, IReadOnlyList<TaskField> columns)
    {
        writer.WriteStartArray();
        foreach (TaskField column in columns)
        {
            if (column.Kind is TaskFieldKind.Text or TaskFieldKind.State)
                writer.WriteStringValue(column.Text(task, 0));
            else if (column.TryRaw(task, out long number))
                writer.WriteNumberValue(number);
            else
                writer.WriteNullValue();
        }

        writer.WriteEndArray();
    }
}
