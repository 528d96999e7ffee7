// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Tables;

/// <summary>One object on its way into a Table.</summary>
/// <param name="Json">The stored form, for the cells.</param>
/// <param name="Served">The document in the version that was asked for, for the row's object.</param>
internal readonly record struct TableItem(JsonObject Json, ReadOnlyMemory<byte> Served);

/// <summary>The metadata of a Table: that of the list, or of the one object, that it shows.</summary>
internal readonly record struct TableMetadata(string ResourceVersion, string Continue = "", long? RemainingItemCount = null);

/// <summary>How a Table was asked for. <paramref name="Version"/> is that of meta.k8s.io: <c>v1</c> or <c>v1beta1</c>.</summary>
internal readonly record struct TableOptions(string Version, IncludeObject Include);

/// <summary>Writes Tables: of a list, of one object, and of the events of a watch, where only the first carries the columns.</summary>
internal static class TableWriter
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(
        IBufferWriter<byte> output, TablePrinter printer, TableOptions options, TableMetadata metadata, IEnumerable<TableItem> items, DateTimeOffset now,
        bool withColumns = true)
    {
        using var writer = new Utf8JsonWriter(output, Relaxed);
        writer.WriteStartObject();
        writer.WriteString("kind"u8, "Table"u8);
        writer.WriteString("apiVersion"u8, options.Version == "v1beta1" ? "meta.k8s.io/v1beta1"u8 : "meta.k8s.io/v1"u8);
        WriteMetadata(writer, metadata);
        writer.WritePropertyName("columnDefinitions"u8);
        if (withColumns)
            WriteColumns(writer, printer.Columns);
        else
            writer.WriteNullValue();
        writer.WriteStartArray("rows"u8);
        var partial = new ArrayBufferWriter<byte>(512);
        foreach (TableItem item in items)
            WriteRow(writer, printer, options, item, now, partial);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter writer, TableMetadata metadata)
    {
        writer.WriteStartObject("metadata"u8);
        if (metadata.ResourceVersion.Length > 0)
            writer.WriteString("resourceVersion"u8, metadata.ResourceVersion);
        if (metadata.Continue.Length > 0)
            writer.WriteString("continue"u8, metadata.Continue);
        if (metadata.RemainingItemCount is { } remaining)
            writer.WriteNumber("remainingItemCount"u8, remaining);
        writer.WriteEndObject();
    }

    private static void WriteColumns(Utf8JsonWriter writer, IReadOnlyList<TableColumn> columns)
    {
        writer.WriteStartArray();
        foreach (TableColumn column in columns)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, column.Name);
            writer.WriteString("type"u8, column.Type);
            writer.WriteString("format"u8, column.Format);
            writer.WriteString("description"u8, column.Description);
            writer.WriteNumber("priority"u8, column.Priority);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteRow(
        Utf8JsonWriter writer, TablePrinter printer, TableOptions options, TableItem item, DateTimeOffset now, ArrayBufferWriter<byte> partial)
    {
        var printed = new PrintedObject(item.Json, now);
        writer.WriteStartObject();
        writer.WriteStartArray("cells"u8);
        foreach (Cell cell in printer.Cells(printed))
            cell.WriteTo(writer);
        writer.WriteEndArray();
        if (printer.Condition(printed) is { } condition)
            WriteCondition(writer, condition);
        writer.WritePropertyName("object"u8);
        switch (options.Include)
        {
            case IncludeObject.Object:
                writer.WriteRawValue(item.Served.Span, skipInputValidation: true);
                break;
            case IncludeObject.None:
                writer.WriteNullValue();
                break;
            default:
                partial.ResetWrittenCount();
                PartialObjectMetadata.Write(partial, item.Served, options.Version);
                writer.WriteRawValue(partial.WrittenSpan, skipInputValidation: true);
                break;
        }
        writer.WriteEndObject();
    }

    private static void WriteCondition(Utf8JsonWriter writer, RowCondition condition)
    {
        writer.WriteStartArray("conditions"u8);
        writer.WriteStartObject();
        writer.WriteString("type"u8, "Completed"u8);
        writer.WriteString("status"u8, "True"u8);
        writer.WriteString("reason"u8, condition.Reason);
        writer.WriteString("message"u8, condition.Message);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }
}
