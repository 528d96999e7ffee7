// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Pelago.Engine.Resources;
using Pelago.Kube;

namespace Pelago.Engine.Server;

/// <summary>Request bodies, bounded.</summary>
internal static class BodyReader
{
    public const int MaxBytes = 3 * 1024 * 1024;

    /// <summary>The body of a create, update or delete: JSON unless it says YAML or protobuf; a 415 for anything else.</summary>
    public static async ValueTask<RequestBody> ReadDocumentAsync(HttpRequest request, CancellationToken cancel)
    {
        bool isYaml = MediaTypeOf(request) switch
        {
            "" or "application/json" => false,
            "application/yaml" => true,
            ProtobufDocument.MediaType => false,
            _ => throw new ApiStatusException(Unsupported($"application/json, application/yaml, {ProtobufDocument.MediaType}")),
        };
        ReadOnlyMemory<byte> bytes = await ReadAsync(request, cancel);
        return MediaTypeOf(request) == ProtobufDocument.MediaType && !bytes.IsEmpty ? new RequestBody(FromProtobuf(bytes)) : new RequestBody(bytes, isYaml);
    }

    private static ReadOnlyMemory<byte> FromProtobuf(ReadOnlyMemory<byte> bytes) => ProtobufDocument.ToJson(bytes, out ReadOnlyMemory<byte> json, out string error) switch
    {
        ProtobufOutcome.Read => json,
        ProtobufOutcome.UnknownKind => throw new ApiStatusException(Unsupported("application/json, application/yaml")),
        _ => throw new ApiStatusException(ApiStatus.BadRequest(error)),
    };

    /// <summary>The Content-Type without its parameters, in lower case.</summary>
    public static string MediaTypeOf(HttpRequest request)
    {
        string? header = request.ContentType;
        if (string.IsNullOrEmpty(header))
            return "";
        if (header is "application/json")
            return header;
        int end = header.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? header : header[..end]).Trim().ToLowerInvariant();
    }

    public static ApiStatus Unsupported(string accepted) => new()
    {
        Code = 415,
        Reason = StatusReason.UnsupportedMediaType,
        Message = $"the body of the request was in an unknown format - accepted media types include: {accepted}",
    };

    /// <summary>The whole body as bytes of its own; a 413 past 3 MiB.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentLength > MaxBytes)
            throw TooLarge();
        if (request.ContentLength == 0)
            return default;
        PipeReader reader = request.BodyReader;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(cancel);
            if (read.Buffer.Length > MaxBytes)
                throw TooLarge();
            if (read.IsCompleted)
            {
                byte[] body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static ApiStatusException TooLarge() => new(new ApiStatus
    {
        Code = 413,
        Reason = StatusReason.RequestEntityTooLarge,
        Message = "Request entity too large: limit is 3145728",
    });
}
