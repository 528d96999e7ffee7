// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;

namespace Pelago.Engine.Authentication;

/// <summary>
/// Where a request carries its token: the Authorization header, or for browsers' WebSockets, which cannot set headers, a subprotocol
/// <c>base64url.bearer.authorization.k8s.io.TOKEN</c> (apiserver pkg/authentication/request/websocket).
/// </summary>
internal static class BearerToken
{
    private const string ProtocolPrefix = "base64url.bearer.authorization.k8s.io.";

    /// <summary>Null: none. Takes every credential out of the request, so that no later part and no proxied server sees it.</summary>
    public static string? Take(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            request.Headers.Remove("Authorization");
            string[] parts = header.Split(' ', 3, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return parts.Length >= 2 && parts[0].Equals("Bearer", StringComparison.OrdinalIgnoreCase) ? parts[1] : null;
        }

        return request.Headers.SecWebSocketProtocol.Count > 0 ? TakeProtocol(request.Headers) : null;
    }

    private static string? TakeProtocol(IHeaderDictionary headers)
    {
        var kept = new List<string>();
        string? encoded = null;
        foreach (string protocol in headers.SecWebSocketProtocol.OfType<string>()
            .SelectMany(line => line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            if (protocol.StartsWith(ProtocolPrefix, StringComparison.Ordinal))
                encoded = protocol[ProtocolPrefix.Length..];
            else
                kept.Add(protocol);
        }

        // without another subprotocol the server would have nothing to answer with but the token
        if (encoded is null || kept.Count == 0)
            return null;
        headers.SecWebSocketProtocol = string.Join(", ", kept);
        try
        {
            return Base64UrlEncoder.Decode(encoded);
        }
        catch (FormatException)
        {
            return "";
        }
    }
}
