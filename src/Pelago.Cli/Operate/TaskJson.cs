// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary>Tasks for programs: processors in cores, memory in bytes, times in RFC 3339, null for what is not known.</summary>
internal static class TaskJson
{
    private static readonly IReadOnlyList<TaskField> AllButLabels = [.. TaskFields.All.Where(field => field != TaskFields.Labels)];
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>{"items":[…]}</c> on one line.</summary>
    public static void Print(IEnumerable<PodTask> tasks, IReadOnlyList<TaskField>? fields, Stream output)
    {
        using var writer = new Utf8JsonWriter(output, Options);
        writer.WriteStartObject();
        writer.WriteStartArray("items"u8);
        foreach (PodTask task in tasks)
            Write(writer, task, fields);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        output.Write("\n"u8);
    }

    /// <summary>A task a line.</summary>
    public static void PrintLines(IEnumerable<PodTask> tasks, IReadOnlyList<TaskField>? fields, Stream output)
    {
        var line = new ArrayBufferWriter<byte>(64 * 1024);
        using var writer = new Utf8JsonWriter(line, Options);
        foreach (PodTask task in tasks)
        {
            writer.Reset();
            Write(writer, task, fields);
            writer.Flush();
            line.Write("\n"u8);
            if (line.WrittenCount < 48 * 1024)
                continue;
            output.Write(line.WrittenSpan);
            line.ResetWrittenCount();
        }

        output.Write(line.WrittenSpan);
    }

    /// <summary>The document of <see cref="Print"/> in YAML.</summary>
    public static string ToYaml(IEnumerable<PodTask> tasks, IReadOnlyList<TaskField>? fields)
    {
        var json = new MemoryStream();
        Print(tasks, fields, json);
        return YamlWriter.Write(KubeJson.Parse(json.ToArray()));
    }

    private static void Write(Utf8JsonWriter writer, PodTask task, IReadOnlyList<TaskField>? fields)
    {
        writer.WriteStartObject();
        foreach (TaskField field in fields ?? AllButLabels)
            Write(writer, task, field);
        if (fields is null)
        {
            writer.WriteStartObject("labels"u8);
            foreach ((string key, string value) in task.Pod.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
                writer.WriteString(key, value);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, PodTask task, TaskField field)
    {
        string name = NameOf(field);
        if (field == TaskFields.Init)
            writer.WriteBoolean(name, task.IsInit);
        else if (field.Kind is TaskFieldKind.Text or TaskFieldKind.State)
            writer.WriteString(name, field.Text(task, 0));
        else if (!field.TryRaw(task, out long number))
            writer.WriteNull(name);
        else if (field.Kind == TaskFieldKind.Age)
            writer.WriteString(name, MetaTime.Format(DateTimeOffset.FromUnixTimeSeconds(number)));
        else if (field.Kind == TaskFieldKind.Cpu)
            writer.WriteNumber(name, number / 1000m);
        else
            writer.WriteNumber(name, number);
    }

    /// <summary>A time span of a table is a moment here, and has its name.</summary>
    private static string NameOf(TaskField field) =>
        field == TaskFields.Age ? "created" : field == TaskFields.Ended ? "finished" : field.Name;
}
