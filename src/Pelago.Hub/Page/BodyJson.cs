// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;

namespace Pelago.Hub.Page;

/// <summary>Reads what a page posts.</summary>
internal static class BodyJson
{
    /// <summary>The body as an object; a refusal when it is longer than <paramref name="most"/> bytes, no JSON, or does not say that it is.</summary>
    public static async Task<JsonObject> ReadAsync(HttpContext http, int most)
    {
        // A form, which any site may post, cannot say this type.
        if (http.Request.ContentType is not { } type || !type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
            throw new ApiStatusException(new ApiStatus { Code = 415, Reason = StatusReason.UnsupportedMediaType, Message = "the body must be application/json" });
        byte[] buffer = new byte[Math.Min(most, (int)Math.Max(http.Request.ContentLength ?? 4096, 0)) + 1];
        int length = 0;
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer.AsMemory(length), http.RequestAborted)) > 0)
        {
            length += read;
            if (length > most)
                throw new ApiStatusException(new ApiStatus { Code = 413, Reason = StatusReason.RequestEntityTooLarge, Message = $"the body may have {most} bytes" });
            if (length == buffer.Length)
                Array.Resize(ref buffer, Math.Min(2 * length, most + 1));
        }
        try
        {
            return KubeJson.ParseObject(buffer.AsMemory(0, length));
        }
        catch (JsonException fault)
        {
            throw new ApiStatusException(ApiStatus.BadRequest($"the body cannot be read: {fault.Message}"));
        }
    }
}
