// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Pelago.Kube;

namespace Pelago.Engine.Server;

/// <summary>Answers that are complete documents.</summary>
internal static class ResponseWriter
{
    /// <summary>Smaller answers are not worth the work of compressing.</summary>
    public const int CompressFrom = 128 * 1024;
    private const string JsonType = "application/json";
    private static readonly byte[] NoPage = "404 page not found\n"u8.ToArray();
    private static readonly StringValues NoCache = "no-cache, private";
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteJsonAsync(HttpContext http, int code, ReadOnlyMemory<byte> json, CancellationToken cancel)
    {
        HttpResponse response = Begin(http, code, JsonType);
        if (json.Length >= CompressFrom && AcceptsGzip(http.Request))
            return CompressAsync(response, json, cancel);
        response.ContentLength = json.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : response.BodyWriter.WriteAsync(json, cancel).AsTask();
    }

    /// <summary>A JSON document in the encoding that was asked for.</summary>
    public static Task WriteDocumentAsync(HttpContext http, int code, ReadOnlyMemory<byte> json, OutputFormat format, CancellationToken cancel)
    {
        if (format.IsYaml)
            return WriteTextAsync(http, code, "application/yaml", Encoding.UTF8.GetBytes(YamlWriter.Write(KubeJson.Parse(json))), cancel);
        return WriteJsonAsync(http, code, format.IsPretty ? Indent(json) : json, cancel);
    }

    public static Task WriteTextAsync(HttpContext http, int code, string contentType, ReadOnlyMemory<byte> text, CancellationToken cancel)
    {
        HttpResponse response = Begin(http, code, contentType);
        response.ContentLength = text.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : response.BodyWriter.WriteAsync(text, cancel).AsTask();
    }

    public static Task WriteStatusAsync(HttpContext http, ApiStatus status, CancellationToken cancel)
    {
        if (status.RetryAfterSeconds > 0)
            http.Response.Headers.RetryAfter = status.RetryAfterSeconds.ToString();
        return WriteJsonAsync(http, status.Code, KubeJson.ToUtf8(status.ToJson()), cancel);
    }

    /// <summary>
    /// What nobody serves. Groups that are built in say it with a Status (their routes are go-restful's); of all other paths Go's own handler says it, in
    /// these words, and clients read their kind of error from the code (apiextensions-apiserver pkg/apiserver/apiserver.go).
    /// </summary>
    public static Task WriteNoPageAsync(HttpContext http, CancellationToken cancel)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return WriteTextAsync(http, 404, "text/plain; charset=utf-8", NoPage, cancel);
    }

    public static HttpResponse Begin(HttpContext http, int code, string contentType)
    {
        HttpResponse response = http.Response;
        response.StatusCode = code;
        response.ContentType = contentType;
        response.Headers.CacheControl = NoCache;
        return response;
    }

    public static bool AcceptsGzip(HttpRequest request)
    {
        StringValues accepted = request.Headers.AcceptEncoding;
        return accepted.Count > 0 && accepted.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
    }

    private static ReadOnlyMemory<byte> Indent(ReadOnlyMemory<byte> json)
    {
        var buffer = new ArrayBufferWriter<byte>(2 * json.Length);
        using (JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = KubeJson.MaxDepth }))
        using (var writer = new Utf8JsonWriter(buffer, Indented))
            document.WriteTo(writer);
        return buffer.WrittenMemory;
    }

    private static async Task CompressAsync(HttpResponse response, ReadOnlyMemory<byte> json, CancellationToken cancel)
    {
        await using Stream body = BeginGzip(response);
        await body.WriteAsync(json, cancel);
    }

    /// <summary>The body as a stream that compresses at level 1; to be disposed before the answer ends.</summary>
    public static Stream BeginGzip(HttpResponse response)
    {
        response.Headers.ContentEncoding = "gzip";
        response.Headers.Vary = "Accept-Encoding";
        return new GZipStream(response.BodyWriter.AsStream(leaveOpen: true), CompressionLevel.Fastest);
    }
}
