// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pelago.Kube;

namespace Pelago.Node.Serving.Spdy;

/// <summary>
/// Turns a request with <c>Upgrade: SPDY/3.1</c> into a connection. What is spoken on it is agreed on by headers
/// (upstream k8s.io/apimachinery httpstream.Handshake): the first of the client's that is served.
/// </summary>
internal static class SpdyUpgrade
{
    private const string Name = "SPDY/3.1";
    private const string Offered = "X-Stream-Protocol-Version";
    private const string Served = "X-Accepted-Stream-Protocol-Versions";

    public static bool IsWanted(HttpContext http) => string.Equals(http.Request.Headers.Upgrade, Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The connection and the chosen protocol, which is empty for a client that offers none.</summary>
    public static async Task<(SpdyConnection Connection, string Protocol)> AcceptAsync(HttpContext http, IReadOnlyCollection<string> protocols)
    {
        if (http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade)
            throw new ApiStatusException(ApiStatus.BadRequest($"{Name} is an upgrade of HTTP/1.1: ask for it with 'Connection: Upgrade' and without a body"));
        string[] offered = [.. http.Request.Headers.GetCommaSeparatedValues(Offered)];
        string chosen = offered.FirstOrDefault(protocols.Contains) ?? (offered.Length == 0 ? "" : throw Refusal(http, offered, protocols));
        http.Response.Headers.Upgrade = Name;
        if (chosen.Length > 0)
            http.Response.Headers[Offered] = chosen;
        Stream stream = await upgrade.UpgradeAsync();
        return (new SpdyConnection(stream), chosen);
    }

    private static ApiStatusException Refusal(HttpContext http, string[] offered, IReadOnlyCollection<string> served)
    {
        http.Response.OnStarting(() =>
        {
            http.Response.Headers[Served] = served.ToArray();
            return Task.CompletedTask;
        });
        return new ApiStatusException(new ApiStatus
        {
            Code = 403, Reason = StatusReason.Forbidden,
            Message = $"none of the offered stream protocols ({string.Join(", ", offered)}) is served over {Name}; {string.Join(", ", served)} are",
        });
    }
}
