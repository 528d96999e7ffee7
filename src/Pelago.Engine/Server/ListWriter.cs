// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pelago.Engine.Resources;
using Pelago.Store;

namespace Pelago.Engine.Server;

/// <summary>LIST answers: a head, the objects' bytes one after the other, a tail. Nothing is parsed and nothing is built in between.</summary>
internal static class ListWriter
{
    private const int FlushEvery = 64 * 1024;

    public static async Task WriteAsync(HttpContext http, ObjectForm form, ResourcePage page, CancellationToken cancel)
    {
        if (form.Format.IsYaml || form.Format.IsPretty || form.IsTable)
        {
            await ResponseWriter.WriteDocumentAsync(http, 200, ToBytes(form, page), form.Format, cancel);
            return;
        }

        HttpResponse response = ResponseWriter.Begin(http, 200, "application/json");
        ReadOnlyMemory<byte> head = Head(form, page);
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        long total = head.Length;
        foreach (StoredObject item in page.Items)
            total += item.Json.Length;
        if (total >= ResponseWriter.CompressFrom && ResponseWriter.AcceptsGzip(http.Request))
        {
            await using Stream body = ResponseWriter.BeginGzip(response);
            PipeWriter compressed = PipeWriter.Create(body, new StreamPipeWriterOptions(leaveOpen: true));
            await WriteAsync(compressed, head, form, page, cancel);
            await compressed.CompleteAsync();
            return;
        }

        await WriteAsync(response.BodyWriter, head, form, page, cancel);
    }

    /// <summary>The whole document in one piece: tables, YAML, and what callers in this process read.</summary>
    public static ReadOnlyMemory<byte> ToBytes(ObjectForm form, ResourcePage page)
    {
        if (form.IsTable)
            return form.EncodeTable(page);
        ReadOnlyMemory<byte> head = Head(form, page);
        int size = head.Length + 2;
        foreach (StoredObject item in page.Items)
            size += item.Json.Length + 1;
        var output = new ArrayBufferWriter<byte>(size);
        output.Write(head.Span);
        for (int i = 0; i < page.Items.Count; i++)
        {
            if (i > 0)
                output.Write(","u8);
            output.Write(form.Encode(page.Items[i].Json).Span);
        }

        output.Write("]}"u8);
        return output.WrittenMemory;
    }

    private static async Task WriteAsync(PipeWriter output, ReadOnlyMemory<byte> head, ObjectForm form, ResourcePage page, CancellationToken cancel)
    {
        output.Write(head.Span);
        int unflushed = head.Length;
        for (int i = 0; i < page.Items.Count; i++)
        {
            ReadOnlySpan<byte> item = form.Encode(page.Items[i].Json).Span;
            if (i > 0)
                output.Write(","u8);
            output.Write(item);
            unflushed += item.Length + 1;
            if (unflushed < FlushEvery)
                continue;
            await output.FlushAsync(cancel);
            unflushed = 0;
        }

        output.Write("]}"u8);
        await output.FlushAsync(cancel);
    }

    private static ReadOnlyMemory<byte> Head(ObjectForm form, ResourcePage page)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, form.ListKind);
            writer.WriteString("apiVersion"u8, form.ListApiVersion);
            writer.WriteStartObject("metadata"u8);
            writer.WriteString("resourceVersion"u8, page.Revision.ToString());
            if (page.Continue.Length > 0)
                writer.WriteString("continue"u8, page.Continue);
            if (page.RemainingItemCount is { } remaining)
                writer.WriteNumber("remainingItemCount"u8, remaining);
            writer.WriteEndObject();
            writer.WriteStartArray("items"u8);
            writer.Flush();
        }

        return buffer.WrittenMemory;
    }
}
