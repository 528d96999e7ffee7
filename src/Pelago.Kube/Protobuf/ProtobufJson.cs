// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;

namespace Pelago.Kube;

/// <summary>Writes messages as JSON, field by field of the table. Fields that the table does not know are passed over, as protobuf has it. No message of the table holds itself, so the table bounds the depth.</summary>
internal sealed class ProtobufJson(Utf8JsonWriter writer)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static string Text(ReadOnlySpan<byte> bytes) => Strict.GetString(bytes);

    public void WriteFields(ReadOnlyMemory<byte> message, IReadOnlyList<ProtobufField> fields)
    {
        ILookup<int, ProtobufValue> sent = ProtobufReader.Read(message).ToLookup(value => value.Number);
        foreach (ProtobufField field in fields)
        {
            if (!sent.Contains(field.Number))
                continue;
            if (field.IsInline)
                WriteFields(sent[field.Number].Last().Bytes, field.Message!);
            else
                WriteField(field, sent[field.Number]);
        }
    }

    private void WriteField(ProtobufField field, IEnumerable<ProtobufValue> values)
    {
        switch (field.Shape)
        {
            case ProtobufShape.Many:
                writer.WriteStartArray(field.Name);
                foreach (ProtobufValue value in Unpacked(field, values))
                    WriteValue(field, field.Type, value);
                writer.WriteEndArray();
                break;
            case ProtobufShape.Map:
                writer.WriteStartObject(field.Name);
                foreach ((string key, ProtobufValue value) in Entries(values))
                {
                    writer.WritePropertyName(key);
                    WriteValue(field, field.Type, value);
                }

                writer.WriteEndObject();
                break;
            default:
                ProtobufValue last = values.Last();
                if (!field.KeepsZero && field.Message is null && IsZero(field.Type, last))
                    break;
                writer.WritePropertyName(field.Name);
                WriteValue(field, field.Type, last);
                break;
        }
    }

    /// <summary>Times, quantities and the like are messages on the wire: an empty one is a null, not a zero.</summary>
    private static bool IsZero(string type, ProtobufValue value) => type is "s" or "b" or "i" or "d" or "y" && value.Integer == 0 && value.Bytes.IsEmpty;

    private void WriteValue(ProtobufField field, string type, ProtobufValue value)
    {
        switch (type)
        {
            case "s":
                writer.WriteStringValue(Text(value.Bytes.Span));
                break;
            case "b":
                writer.WriteBooleanValue(value.Integer != 0);
                break;
            case "i":
                writer.WriteNumberValue((long)value.Integer);
                break;
            case "d":
                writer.WriteNumberValue(BitConverter.UInt64BitsToDouble(value.Integer));
                break;
            case "y":
                writer.WriteBase64StringValue(value.Bytes.Span);
                break;
            default:
                WriteMessage(field, type, value.Bytes);
                break;
        }
    }

    private void WriteMessage(ProtobufField field, string type, ReadOnlyMemory<byte> bytes)
    {
        if (field.Message is not null)
        {
            writer.WriteStartObject();
            WriteFields(bytes, field.Message);
            writer.WriteEndObject();
        }
        else if (field.ItemType is { } item)
        {
            writer.WriteStartArray();
            foreach (ProtobufValue value in ProtobufReader.Read(bytes).Where(value => value.Number == 1))
                WriteValue(field, item, value);
            writer.WriteEndArray();
        }
        else
        {
            WriteSpecial(type, ProtobufReader.Read(bytes));
        }
    }

    private void WriteSpecial(string type, List<ProtobufValue> fields)
    {
        ProtobufValue Sent(int number) => fields.FindLast(field => field.Number == number);
        switch (type)
        {
            case "quantity":
                writer.WriteStringValue(Text(Sent(1).Bytes.Span));
                break;
            case "intorstring" when Sent(1).Integer == 0:
                writer.WriteNumberValue((int)Sent(2).Integer);
                break;
            case "intorstring":
                writer.WriteStringValue(Text(Sent(3).Bytes.Span));
                break;
            case "raw" or "fields":
                WriteRaw(Sent(1).Bytes.Span);
                break;
            case "time" or "microtime" when fields.Count == 0:
                writer.WriteNullValue();
                break;
            case "time":
                writer.WriteStringValue(Moment(Sent(1).Integer).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                break;
            case "microtime":
                writer.WriteStringValue(
                    Moment(Sent(1).Integer).AddTicks(Nanoseconds(Sent(2).Integer) / TimeSpan.NanosecondsPerTick).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
                break;
            default:
                throw new InvalidDataException($"type {type} of the table is not known");
        }
    }

    private static long Nanoseconds(ulong sent) =>
        sent < 1_000_000_000 ? (long)sent : throw new InvalidDataException($"{sent} nanoseconds are not a part of a second");

    /// <summary>JSON inside: checked, because it becomes part of the document.</summary>
    private void WriteRaw(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
            writer.WriteNullValue();
        else
            writer.WriteRawValue(json, skipInputValidation: false);
    }

    private static DateTime Moment(ulong seconds)
    {
        const long Last = 253_402_300_799; // 9999-12-31T23:59:59Z
        long since = (long)seconds;
        return since is >= -62_135_596_800 and <= Last
            ? DateTimeOffset.FromUnixTimeSeconds(since).UtcDateTime
            : throw new InvalidDataException($"{since} is no time between the years 1 and 9999");
    }

    private static IEnumerable<(string Key, ProtobufValue Value)> Entries(IEnumerable<ProtobufValue> entries)
    {
        var last = new Dictionary<string, ProtobufValue>(StringComparer.Ordinal);
        foreach (ProtobufValue entry in entries)
        {
            List<ProtobufValue> pair = ProtobufReader.Read(entry.Bytes);
            last[Text(pair.FindLast(field => field.Number == 1).Bytes.Span)] = pair.FindLast(field => field.Number == 2);
        }

        return last.Select(pair => (pair.Key, pair.Value));
    }

    /// <summary>Numbers may come one by one or packed into one field.</summary>
    private static IEnumerable<ProtobufValue> Unpacked(ProtobufField field, IEnumerable<ProtobufValue> values) => field.Type is not ("i" or "b")
        ? values
        : values.SelectMany(value => value.Bytes.IsEmpty ? [value] : ProtobufReader.Packed(value));
}
