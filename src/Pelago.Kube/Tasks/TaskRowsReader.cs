// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using static Pelago.Kube.JsonSteps;

namespace Pelago.Kube;

/// <summary>Reads the answer that <see cref="TaskRows"/> writes. Columns that it does not know are passed over.</summary>
/// <param name="cluster">What people call the cluster that answered.</param>
public sealed class TaskRowsReader(string cluster)
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 8 };
    private readonly SharedTexts _texts = new();

    /// <summary>How many tasks there were before the limit.</summary>
    public long Total { get; private set; }

    /// <summary>The revision that the answer is of; empty when it does not say.</summary>
    public string Revision { get; private set; } = "";

    /// <exception cref="JsonException">This is no such answer, or a row names no task.</exception>
    public IReadOnlyList<PodTask> Read(ReadOnlySpan<byte> answer)
    {
        var tasks = new List<PodTask>();
        try
        {
            Read(answer, tasks);
        }
        catch (InvalidOperationException fault)
        {
            throw new JsonException("the answer has text that is not UTF-8", fault);
        }

        Total = Math.Max(Total, tasks.Count);
        return tasks;
    }

    private void Read(ReadOnlySpan<byte> answer, List<PodTask> tasks)
    {
        var reader = new Utf8JsonReader(answer, Options);
        bool isAnswer = false;
        TaskField?[] columns = [];
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("the answer is not a JSON object");
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("kind"u8))
                isAnswer = Enters(ref reader, JsonTokenType.String) && reader.ValueTextEquals(TaskRows.Kind);
            else if (reader.ValueTextEquals("total"u8))
                Total = Enters(ref reader, JsonTokenType.Number) && reader.TryGetInt64(out long total) ? total : 0;
            else if (reader.ValueTextEquals("metadata"u8))
                ReadMetadata(ref reader);
            else if (reader.ValueTextEquals("columns"u8))
                columns = ReadColumns(ref reader);
            else if (reader.ValueTextEquals("rows"u8))
                ReadRows(ref reader, columns, tasks);
            else
                reader.Skip();
        }

        if (!isAnswer)
            throw new JsonException($"the answer is no {TaskRows.Kind}");
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (!Enters(ref reader, JsonTokenType.StartObject))
            return;
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("resourceVersion"u8))
                Revision = Enters(ref reader, JsonTokenType.String) ? reader.GetString()! : "";
            else
                reader.Skip();
        }
    }

    private static TaskField?[] ReadColumns(ref Utf8JsonReader reader)
    {
        var columns = new List<TaskField?>();
        if (!Enters(ref reader, JsonTokenType.StartArray))
            return [];
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
            columns.Add(TaskFields.Find(reader.GetString()!));
        return [.. columns];
    }

    private void ReadRows(ref Utf8JsonReader reader, TaskField?[] columns, List<PodTask> tasks)
    {
        if (!Enters(ref reader, JsonTokenType.StartArray))
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
            tasks.Add(ReadRow(ref reader, columns));
    }

    private PodTask ReadRow(ref Utf8JsonReader reader, TaskField?[] columns)
    {
        var row = new TaskRow();
        for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            TaskField? column = i < columns.Length ? columns[i] : null;
            if (column is not null && reader.TokenType == JsonTokenType.String)
                row.Set(column, column == TaskFields.Pod || column == TaskFields.Labels ? reader.GetString()! : _texts.Text(ref reader));
            else if (column is not null && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number))
                row.Set(column, number);
            else
                reader.Skip();
        }

        return row.ToTask(cluster, _texts);
    }
}
