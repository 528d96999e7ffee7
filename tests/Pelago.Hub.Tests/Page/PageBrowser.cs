// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Pelago.Hub.Tests.Page;

/// <summary>What a server answered.</summary>
public sealed record PageAnswer(int Code, string Body, HttpResponseMessage Response)
{
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    public string? Header(string name) => Response.Headers.TryGetValues(name, out IEnumerable<string>? values) || Response.Content.Headers.TryGetValues(name, out values)
        ? string.Join(", ", values)
        : null;
}

/// <summary>What a browser with the page open sends: its cookie, its CSRF token and its Origin, unless a test says otherwise.</summary>
public sealed class PageBrowser(int port) : IDisposable
{
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseCookies = false, AllowAutoRedirect = false, UseProxy = false,
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    public string Host { get; } = $"{PageScene.Label}.localhost:{port}";

    public string? Cookie { get; set; }

    public string? Csrf { get; set; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task<PageAnswer> LoginAsync(JsonObject body)
    {
        PageAnswer answer = await SendAsync(HttpMethod.Post, "/api/login", body);
        if (answer.Code == 200)
            (Cookie, Csrf) = (answer.Header("Set-Cookie")!.Split(';')[0], answer.Json["csrf"]!.GetValue<string>());
        return answer;
    }

    public Task<PageAnswer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    /// <summary>Headers with an empty value are not sent.</summary>
    public async Task<PageAnswer> SendAsync(HttpMethod method, string path, JsonObject? body = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = Request(method, path, body, headers);
        HttpResponseMessage response = await _http.SendAsync(request, Cancel);
        return new PageAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancel), response);
    }

    public async Task<PageFeed> OpenStreamAsync(params JsonObject[] subscriptions)
    {
        PageAnswer begun = await SendAsync(HttpMethod.Post, "/api/streams", new JsonObject());
        Assert.Equal(201, begun.Code);
        var feed = new PageFeed(this, begun.Json["id"]!.GetValue<string>());
        await feed.AttachAsync(begun.Json["ticket"]!.GetValue<string>(), after: 0);
        if (subscriptions.Length > 0)
            await feed.PostAsync(new JsonObject { ["add"] = new JsonArray([.. subscriptions]) });
        return feed;
    }

    public async Task<(int Code, Stream Body)> OpenAsync(string path, params (string Name, string Value)[] headers)
    {
        HttpResponseMessage response = await _http.SendAsync(Request(HttpMethod.Get, path, null, headers), Cancel);
        return ((int)response.StatusCode, await response.Content.ReadAsStreamAsync(Cancel));
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(HttpMethod method, string path, JsonObject? body, (string Name, string Value)[] headers)
    {
        // As it is spelled: another client than a browser sends what it likes.
        var address = new Uri($"http://{Host}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(method, address);
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Sec-Fetch-Site"] = "same-origin" };
        if (method != HttpMethod.Get)
            all["Origin"] = $"http://{Host}";
        if (Cookie is not null)
            all["Cookie"] = Cookie;
        if (Csrf is not null && method != HttpMethod.Get)
            all["X-Pelago-Csrf"] = Csrf;
        foreach ((string name, string value) in headers)
            all[name] = value;
        foreach ((string name, string value) in all.Where(pair => pair.Value.Length > 0))
            request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return request;
    }
}
