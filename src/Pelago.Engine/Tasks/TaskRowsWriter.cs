// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pelago.Engine.Server;
using Pelago.Kube;

namespace Pelago.Engine.Tasks;

/// <summary>Rows of tasks as an answer, written as they are made: a million of them take no more memory than a thousand.</summary>
internal static class TaskRowsWriter
{
    private const int FlushEvery = 64 * 1024;

    /// <summary>Below this, how large the answer is going to be is not worth guessing.</summary>
    private const int CompressFrom = 2_000;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static async Task WriteAsync(HttpContext http, TaskChoice choice, IReadOnlyList<TaskField> columns, long revision, CancellationToken cancel)
    {
        HttpResponse response = ResponseWriter.Begin(http, 200, "application/json");
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        if (choice.Tasks.Count < CompressFrom || !ResponseWriter.AcceptsGzip(http.Request))
        {
            await WriteAsync(response.BodyWriter, choice, columns, revision, cancel);
            return;
        }

        await using Stream body = ResponseWriter.BeginGzip(response);
        PipeWriter compressed = PipeWriter.Create(body, new StreamPipeWriterOptions(leaveOpen: true));
        await WriteAsync(compressed, choice, columns, revision, cancel);
        await compressed.CompleteAsync();
    }

    private static async Task WriteAsync(PipeWriter output, TaskChoice choice, IReadOnlyList<TaskField> columns, long revision, CancellationToken cancel)
    {
        var buffer = new ArrayBufferWriter<byte>(FlushEvery + 4096);
        await using var writer = new Utf8JsonWriter(buffer, Options);
        writer.WriteStartObject();
        writer.WriteString("kind"u8, TaskRows.Kind);
        writer.WriteString("apiVersion"u8, $"{TaskDocument.Group}/{TaskDocument.Version}");
        writer.WriteStartObject("metadata"u8);
        writer.WriteString("resourceVersion"u8, revision.ToString());
        writer.WriteEndObject();
        writer.WriteNumber("total"u8, choice.Total);
        writer.WriteStartArray("columns"u8);
        foreach (TaskField column in columns)
            writer.WriteStringValue(column.Name);
        writer.WriteEndArray();
        writer.WriteStartArray("rows"u8);
        foreach (PodTask task in choice.Tasks)
        {
            TaskRows.Write(writer, task, columns);
            if (buffer.WrittenCount + writer.BytesPending < FlushEvery)
                continue;
            writer.Flush();
            output.Write(buffer.WrittenSpan);
            buffer.ResetWrittenCount();
            await output.FlushAsync(cancel);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        output.Write(buffer.WrittenSpan);
        await output.FlushAsync(cancel);
    }
}
