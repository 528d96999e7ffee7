// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text;
using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Client.Http;

/// <summary>Turns any refusal into a Status; answers that are none get the texts of client-go (apimachinery pkg/api/errors NewGenericServerResponse).</summary>
internal static class StatusReading
{
    /// <summary>As much of a page of some proxy as a message should quote.</summary>
    private const int QuotedBytes = 512;

    public static ApiStatus Read(int code, ReadOnlyMemory<byte> body, int retryAfterSeconds)
    {
        ApiStatus status = FromBody(body) is { } said ? said with { Code = code } : Generic(code, body);
        return status.RetryAfterSeconds == 0 && retryAfterSeconds > 0 ? status with { RetryAfterSeconds = retryAfterSeconds } : status;
    }

    public static int RetryAfterSeconds(HttpResponseMessage response) =>
        response.Headers.RetryAfter?.Delta is { } delta ? (int)Math.Clamp(delta.TotalSeconds, 0, 3600) : 0;

    private static ApiStatus? FromBody(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty || body.Span[0] != (byte)'{')
            return null;
        try
        {
            return ApiStatus.FromJson(KubeJson.Parse(body));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ApiStatus Generic(int code, ReadOnlyMemory<byte> body)
    {
        string text = Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, QuotedBytes)]).Trim();
        (string reason, string message) = code switch
        {
            400 => (StatusReason.BadRequest, "the server rejected our request for an unknown reason"),
            401 => (StatusReason.Unauthorized, "the server has asked for the client to provide credentials"),
            403 => (StatusReason.Forbidden, "forbidden"),
            404 => (StatusReason.NotFound, "the server could not find the requested resource"),
            405 => (StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource"),
            406 => (StatusReason.NotAcceptable, "the server was unable to respond with a content type that the client supports"),
            409 => (StatusReason.Conflict, "the server reported a conflict"),
            410 => (StatusReason.Gone, "the requested resource is gone"),
            413 => (StatusReason.RequestEntityTooLarge, "the request is larger than the server takes"),
            415 => (StatusReason.UnsupportedMediaType, "the body of the request was in an unknown format - accepted media types include: application/json"),
            422 => (StatusReason.Invalid, "the server rejected our request due to an error in our request"),
            429 => (StatusReason.TooManyRequests, "the server has received too many requests and has asked us to try again later"),
            503 => (StatusReason.ServiceUnavailable, "the server is currently unable to handle the request"),
            504 => (StatusReason.Timeout, "the server was unable to return a response in the time allotted, but may still be processing the request"),
            >= 500 => (StatusReason.InternalError, $"an error on the server (\"{text}\") has prevented the request from succeeding"),
            _ => ("Unknown", $"the server responded with the status code {code} but did not return more information"),
        };
        if (text.Length > 0 && code is 400 or 403 or 422)
            message = $"{message}: {text}";
        return new ApiStatus { Code = code, Reason = reason, Message = message };
    }
}
