// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using k8s.Models;

namespace Pelago.Node.Probing;

/// <summary>httpGet: 200 to 399 is success; redirects are followed on the same host only; certificates are not checked (kubernetes pkg/probe/http).</summary>
internal static class HttpProbe
{
    private const int MaxRedirects = 10;
    private const int MaxBody = 10 * 1024;

    /// <summary>Headers of the message itself, not of what is asked: left out, as Go does.</summary>
    private static readonly HashSet<string> OfTheMessage =
        new(["Content-Length", "Transfer-Encoding", "Trailer"], StringComparer.OrdinalIgnoreCase);

    public static async Task<ProbeOutcome> RunAsync(V1HTTPGetAction action, ProbeTarget target, CancellationToken cancel)
    {
        if (target.Port(action.Port) is not { } port)
            return ProbeOutcome.Error($"invalid port: {action.Port.Value}");
        string host = string.IsNullOrEmpty(action.Host) ? target.Address : action.Host;
        string scheme = string.Equals(action.Scheme, "HTTPS", StringComparison.OrdinalIgnoreCase) ? "https" : "http";
        string path = string.IsNullOrEmpty(action.Path) ? "/" : action.Path.StartsWith('/') ? action.Path : "/" + action.Path;
        string text = string.Create(CultureInfo.InvariantCulture, $"{scheme}://{host}:{port}{path}");
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url))
            return ProbeOutcome.Error($"invalid URL {text}");
        try
        {
            return await GetAsync(url, action, target, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ProbeOutcome.Failure($"Get \"{url}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
        }
        // The last two are a Location that is no URL, or is for something else than HTTP.
        catch (Exception fault)
            when (fault is HttpRequestException or IOException or SocketException or UriFormatException or NotSupportedException)
        {
            return ProbeOutcome.Failure($"Get \"{url}\": {ConnectionFault.Describe(fault, url.Host, url.Port)}");
        }
    }

    [SuppressMessage("Security", "CA5359", Justification = "A probe asks whether something answers, not who: kubelet checks no certificate either.")]
    private static async Task<ProbeOutcome> GetAsync(Uri url, V1HTTPGetAction action, ProbeTarget target, CancellationToken cancel)
    {
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false,
            ConnectCallback = (context, stop) => target.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, stop),
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        };
        using var client = new HttpMessageInvoker(handler);
        Uri at = url;
        for (int i = 0; i <= MaxRedirects; i++)
        {
            using HttpRequestMessage request = Request(at, action);
            using HttpResponseMessage response = await client.SendAsync(request, cancel);
            int code = (int)response.StatusCode;
            if (code is >= 300 and < 400 && response.Headers.Location is { } location)
            {
                var next = new Uri(at, location);
                if (next.Host != url.Host)
                    return ProbeOutcome.Success("Probe terminated redirects");
                at = next;
                continue;
            }
            string body = await ReadAsync(response, cancel);
            return code is >= 200 and < 400 ? ProbeOutcome.Success(body) : ProbeOutcome.Failure($"HTTP probe failed with statuscode: {code}");
        }
        return ProbeOutcome.Failure($"Get \"{url}\": stopped after {MaxRedirects} redirects");
    }

    private static HttpRequestMessage Request(Uri url, V1HTTPGetAction action)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.ConnectionClose = true;
        IEnumerable<V1HTTPHeader> given = (action.HttpHeaders ?? []).Where(header => !OfTheMessage.Contains(header.Name ?? ""));
        foreach (V1HTTPHeader header in given.Prepend(Default("Accept", "*/*")).Prepend(Default("User-Agent", "kube-probe/1.33")))
        {
            if (header.Value is null || string.IsNullOrEmpty(header.Name))
                continue;
            if (request.Headers.TryAddWithoutValidation(header.Name, header.Value))
                continue;
            // Content-Type and the like are headers of a content here, even of an empty one.
            request.Content ??= new ByteArrayContent([]);
            request.Content.Headers.TryAddWithoutValidation(header.Name, header.Value);
        }
        return request;

        V1HTTPHeader Default(string name, string value) => new() { Name = name, Value = IsGiven(name) ? null : value };

        bool IsGiven(string name) => action.HttpHeaders?.Any(header => string.Equals(header.Name, name, StringComparison.OrdinalIgnoreCase)) == true;
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancel);
        byte[] buffer = new byte[MaxBody];
        int count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, count);
    }
}
