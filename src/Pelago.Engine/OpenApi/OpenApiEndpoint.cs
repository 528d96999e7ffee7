// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Pelago.Engine.OpenApi;

/// <summary>
/// <c>/openapi/v2</c>, <c>/openapi/v3</c> and <c>/openapi/v3/PATH?hash=…</c>. The hash is the ETag; a wrong one is led to the right one (301),
/// with the right one the document may be kept for a year (kube-openapi pkg/handler3/handler.go).
/// <paramref name="remotePaths"/> are documents of aggregated API servers, by path, with their URLs; requests for them never come here.
/// </summary>
internal sealed class OpenApiEndpoint(OpenApiDocuments documents, Func<IReadOnlyDictionary<string, string>> remotePaths, TimeProvider clock)
{
    private const string JsonType = "application/json";
    private const string ProtobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    private static readonly string[] ProtobufTypes = ["application/com.github.proto-openapi.spec.v2@v1.0+protobuf", ProtobufType];

    /// <summary>Answers a request below /openapi; false when the path is none of ours.</summary>
    public async ValueTask<bool> TryHandleAsync(HttpContext http, string path, CancellationToken cancel)
    {
        path = path[1..];
        if (path == "openapi/v2")
            await Version2Async(http, cancel);
        else if (path == "openapi/v3")
            await IndexAsync(http, cancel);
        else if (path.StartsWith("openapi/v3/", StringComparison.Ordinal) && documents.Version3(path["openapi/v3/".Length..]) is { } document)
            await Version3Async(http, path, document, cancel);
        else
            return false;
        return true;
    }

    private async Task Version2Async(HttpContext http, CancellationToken cancel)
    {
        switch (Choose(http.Request, ProtobufTypes))
        {
            case JsonType:
                await SendAsync(http, documents.Version2(), JsonType, cancel);
                break;
            case null:
                http.Response.StatusCode = StatusCodes.Status406NotAcceptable;
                break;
            default:
                await SendAsync(http, documents.Version2Protobuf(), ProtobufType, cancel);
                break;
        }
    }

    private async Task IndexAsync(HttpContext http, CancellationToken cancel)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("paths");
            foreach ((string path, string hash) in documents.Index())
            {
                json.WriteStartObject(path);
                json.WriteString("serverRelativeURL", $"/openapi/v3/{path}?hash={hash}");
                json.WriteEndObject();
            }
            foreach ((string path, string url) in remotePaths())
            {
                json.WriteStartObject(path);
                json.WriteString("serverRelativeURL", url);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        await SendAsync(http, new OpenApiDocument(buffer.WrittenSpan.ToArray()), JsonType, cancel);
    }

    private async Task Version3Async(HttpContext http, string path, OpenApiDocument document, CancellationToken cancel)
    {
        if (Choose(http.Request, []) is null)
        {
            http.Response.StatusCode = StatusCodes.Status406NotAcceptable;
            return;
        }
        string asked = http.Request.Query["hash"].ToString();
        if (asked.Length > 0 && asked != document.Hash)
        {
            http.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            http.Response.Headers.Location = $"/{path}?hash={document.Hash}";
            return;
        }
        if (asked.Length > 0)
        {
            http.Response.Headers.CacheControl = "public, immutable";
            http.Response.Headers.Expires = clock.GetUtcNow().AddYears(1).ToString("R", CultureInfo.InvariantCulture);
        }
        await SendAsync(http, document, JsonType, cancel);
    }

    private static async Task SendAsync(HttpContext http, OpenApiDocument document, string type, CancellationToken cancel)
    {
        string tag = $"\"{document.Hash}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.Vary = "Accept-Encoding, Accept";
        if (http.Request.Headers.IfNoneMatch.ToString().Contains(tag, StringComparison.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        bool packed = http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        byte[] body = packed ? document.Packed : document.Unpack();
        http.Response.ContentType = type;
        http.Response.ContentLength = body.Length;
        if (packed)
            http.Response.Headers.ContentEncoding = "gzip";
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(body, cancel);
    }

    /// <summary>The best of JSON and <paramref name="others"/> that the client takes; null when it takes none.</summary>
    private static string? Choose(HttpRequest request, string[] others)
    {
        if (request.Headers.Accept.Count == 0)
            return JsonType;
        // An unreadable Accept (the @ of one name is no token character) is compared as text.
        IEnumerable<string> wanted = request.Headers.Accept.SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries))
            .OrderByDescending(Quality).Select(range => range.Split(';')[0].Trim());
        foreach (string range in wanted)
        {
            if (Array.Exists(others, other => other.Equals(range, StringComparison.OrdinalIgnoreCase)))
                return range;
            if (range is JsonType or "*/*" or "application/*")
                return JsonType;
        }
        return null;
    }

    private static double Quality(string range)
    {
        foreach (string parameter in range.Split(';', StringSplitOptions.TrimEntries).Skip(1))
        {
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
                && double.TryParse(parameter.AsSpan(2), NumberStyles.Float, CultureInfo.InvariantCulture, out double quality))
                return quality;
        }
        return 1;
    }
}
