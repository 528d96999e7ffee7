// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;

namespace Pelago.Hub.Page.Access;

/// <summary>
/// Refuses what another site makes a browser ask (docs/protocols/page.md): a Host that is not this server's (a name of somebody else's that leads to the
/// loopback), a foreign Origin, a request that says that another site made it.
/// </summary>
/// <param name="hosts">Further names of this server; <c>https://NAME</c> where a proxy in front of it speaks TLS.</param>
internal sealed class OriginRules(IReadOnlyList<string> hosts)
{
    private const string Localhost = "localhost";
    private const string Tls = "https://";

    /// <summary>By name, whether it is behind TLS.</summary>
    private readonly ILookup<string, bool> _hosts = hosts.ToLookup(host => IsBehindTls(host) ? host[Tls.Length..] : host, IsBehindTls, StringComparer.OrdinalIgnoreCase);

    /// <summary>A request that came to a name behind TLS has the scheme that its browser sees: for its Origin, its cookie, and what the page may connect to.</summary>
    public void TakeScheme(HttpRequest request)
    {
        if (_hosts[request.Host.Host].Contains(true))
            request.Scheme = Uri.UriSchemeHttps;
    }

    /// <summary>Why the request is refused; null when it is not.</summary>
    /// <param name="isStream">The reading of a stream, which another name of this server may do: it shows a ticket.</param>
    /// <param name="isDocument">A file of the page, which links elsewhere may lead to.</param>
    public string? Objection(HttpRequest request, bool isStream, bool isDocument)
    {
        if (!IsOwn(request.Host.Host))
            return $"this page is not served under the name {Shown(request.Host.Host)}: open it by its link, or start it with that name allowed";
        string origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !(isStream ? IsOwnOrigin(request, origin) : IsSameOrigin(request, origin)))
            return $"requests from {Shown(origin)} are not taken";
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is "" or "same-origin" or "none" || (isStream && origin.Length > 0))
            return IsWebSocket(request) && origin.Length == 0 ? "a WebSocket must say its Origin" : null;
        bool navigates = isDocument && HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document";
        return navigates ? null : "another site made this request";
    }

    /// <summary>Whether an Origin is this server under any of its names.</summary>
    public bool IsOwnOrigin(HttpRequest request, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? from) && from.Scheme == request.Scheme && PortOf(request) == from.Port && IsOwn(from.Host);

    /// <summary>Whether a name is, or is under, <c>localhost</c>: a browser finds any name there.</summary>
    public static bool IsLocalName(string host) =>
        host.Equals(Localhost, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + Localhost, StringComparison.OrdinalIgnoreCase);

    private static bool IsBehindTls(string host) => host.StartsWith(Tls, StringComparison.OrdinalIgnoreCase);

    private static bool IsSameOrigin(HttpRequest request, string origin) =>
        string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);

    private static int PortOf(HttpRequest request) => request.Host.Port ?? (request.IsHttps ? 443 : 80);

    private static bool IsWebSocket(HttpRequest request) => request.Headers.Upgrade.Count > 0 || HttpMethods.IsConnect(request.Method);

    private static string Shown(string text) => $"\"{new string([.. text.Where(c => c is > ' ' and < '\x7f' and not '"').Take(100)])}\"";

    private bool IsOwn(string host) =>
        IsLocalName(host)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address))
        || _hosts.Contains(host);

    public static ApiStatus Refused(string why) => new() { Code = 403, Reason = StatusReason.Forbidden, Message = why };
}
