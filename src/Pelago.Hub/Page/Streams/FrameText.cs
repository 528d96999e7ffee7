// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Hub.Page.Streams.Rows;

namespace Pelago.Hub.Page.Streams;

/// <summary>Writes frames: a JSON object a line (docs/protocols/page.md).</summary>
internal sealed class FrameText
{
    private static readonly JsonWriterOptions Layout = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private readonly ArrayBufferWriter<byte> _buffer = new(16 << 10);

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    public void Clear() => _buffer.ResetWrittenCount();

    public void Beat() => Line("""{"t":"beat"}"""u8);

    /// <summary>A frame of type <paramref name="type"/>; <paramref name="fields"/> come after its number.</summary>
    public void Document(string type, long number, JsonObject fields)
    {
        using (var writer = new Utf8JsonWriter(_buffer, Layout))
        {
            Begin(writer, type, number);
            foreach ((string name, JsonNode? value) in fields)
            {
                writer.WritePropertyName(name);
                if (value is null)
                    writer.WriteNullValue();
                else
                    value.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        Line([]);
    }

    public void Rows(long number, string subscription, RowFrame frame)
    {
        using (var writer = new Utf8JsonWriter(_buffer, Layout))
        {
            Begin(writer, frame.IsReset ? "reset" : "rows", number);
            writer.WriteString("sub"u8, subscription);
            if (frame.Deleted.Count > 0)
                Numbers(writer, "del", frame.Deleted);
            if (frame.Put.Count > 0)
                Put(writer, frame.Put);
            if (frame.Set.Count > 0)
                Set(writer, frame.Set);
            if (frame.Order is { } order)
            {
                Numbers(writer, "order", order);
                writer.WriteNumber("offset"u8, frame.Offset);
            }
            if (frame.Counts is { } counts)
            {
                writer.WriteNumber("total"u8, counts.Total);
                writer.WriteNumber("matched"u8, counts.Matched);
            }
            writer.WriteEndObject();
        }
        Line([]);
    }

    private static void Begin(Utf8JsonWriter writer, string type, long number)
    {
        writer.WriteStartObject();
        writer.WriteString("t"u8, type);
        writer.WriteNumber("n"u8, number);
    }

    private static void Put(Utf8JsonWriter writer, List<Row> rows)
    {
        writer.WriteStartArray("put"u8);
        foreach (Row row in rows)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(row.Id);
            writer.WriteStringValue(row.Cluster);
            foreach (byte[] cell in row.Cells)
                writer.WriteRawValue(cell, skipInputValidation: true);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    private static void Set(Utf8JsonWriter writer, List<(Row Row, ulong Columns)> rows)
    {
        writer.WriteStartArray("set"u8);
        foreach ((Row row, ulong columns) in rows)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(row.Id);
            for (ulong left = columns; left != 0; left &= left - 1)
            {
                int column = BitOperations.TrailingZeroCount(left);
                writer.WriteNumberValue(column);
                writer.WriteRawValue(row.Cells[column], skipInputValidation: true);
            }
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter writer, string name, IEnumerable<int> numbers)
    {
        writer.WriteStartArray(name);
        foreach (int number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }

    private void Line(ReadOnlySpan<byte> text)
    {
        _buffer.Write(text);
        _buffer.Write("\n"u8);
    }
}
