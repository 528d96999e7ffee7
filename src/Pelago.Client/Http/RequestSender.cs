// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Pelago.Kube;

namespace Pelago.Client.Http;

/// <summary>Sends requests to one server, repeats what the server asks to be repeated, and words what goes wrong below HTTP.</summary>
internal sealed class RequestSender : IDisposable
{
    private const long MaxErrorBytes = 1 << 20;
    private const int MaxRetrySeconds = 30;
    private readonly ClusterConnection _connection;
    private readonly HttpKubeApiOptions _options;
    private readonly TimeProvider _time;
    private readonly ConnectionHandler _tls;

    public RequestSender(ClusterConnection connection, HttpKubeApiOptions options, TimeProvider time)
    {
        _connection = connection;
        _options = options;
        _time = time;
        _tls = new ConnectionHandler(connection, options);
        Invoker = new HttpMessageInvoker(_tls.Create());
    }

    /// <summary>Shared with the WebSocket client: the same trust, the same certificate.</summary>
    public HttpMessageInvoker Invoker { get; }

    public TimeProvider Time => _time;

    public void Dispose() => Invoker.Dispose();

    /// <summary>The whole exchange within the request timeout.</summary>
    public Task<ApiResult> AskAsync(ApiRequest request, CancellationToken cancel) =>
        WithinAsync(request, AnswerAsync, cancel);

    /// <summary>Up to the headers of the answer within the request timeout; the caller owns the response.</summary>
    public Task<HttpResponseMessage> OpenAsync(ApiRequest request, CancellationToken cancel) =>
        WithinAsync(request, SendAsync, cancel);

    /// <summary>The whole exchange however long it takes, with a body that streams. It is sent once: a stream cannot be read again.</summary>
    public async Task<ApiResult> AskAtLengthAsync(ApiRequest request, Stream? body, CancellationToken cancel)
    {
        try
        {
            using HttpRequestMessage message = await MessageAsync(request, cancel);
            if (body is not null)
            {
                message.Content = new StreamContent(body);
                message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
            }
            using HttpResponseMessage response = await Invoker.SendAsync(message, cancel);
            return await ReadAsync(request, response, cancel);
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw Unconnected(request, late);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException && !cancel.IsCancellationRequested)
        {
            throw Unreachable(request.ToString(), failure);
        }
    }

    public async Task<ApiStatus> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        byte[] body = await BoundedBody.ReadAsync(response.Content, MaxErrorBytes, cancel) ?? [];
        return StatusReading.Read((int)response.StatusCode, body, StatusReading.RetryAfterSeconds(response));
    }

    /// <summary>The URL of a path below the server's own path.</summary>
    public Uri UrlOf(string pathAndQuery) => new(_connection.Server.AbsoluteUri.TrimEnd('/') + pathAndQuery);

    /// <summary>The headers that say who asks, and as whom.</summary>
    public async ValueTask<IReadOnlyList<(string Name, string Value)>> IdentityAsync(CancellationToken cancel)
    {
        var headers = new List<(string Name, string Value)>(3);
        if (_connection.Token is { } token)
            headers.Add(("Authorization", "Bearer " + await token.CurrentAsync(cancel)));
        if (_connection.As is { } user)
        {
            headers.Add(("Impersonate-User", user.Name));
            if (user.Group.Length > 0)
                headers.Add(("Impersonate-Group", user.Group));
        }
        return headers;
    }

    /// <summary>Says in a message's headers who asks, and as whom.</summary>
    public async ValueTask AuthorizeAsync(HttpRequestMessage message, CancellationToken cancel)
    {
        foreach ((string name, string value) in await IdentityAsync(cancel))
            message.Headers.TryAddWithoutValidation(name, value);
    }

    /// <summary>What to tell a person when no answer came.</summary>
    public ClusterUnreachableException Unreachable(string what, Exception failure)
    {
        string why = _tls.CertificateRefusal ?? Describe(failure);
        return new ClusterUnreachableException(
            Cluster, $"cannot reach cluster \"{Cluster}\" at {_connection.Server.GetLeftPart(UriPartial.Authority)} ({what}): {why}", failure);
    }

    private string Cluster => _connection.Cluster;

    /// <summary>.NET calls it cancelled when a connection does not come about in time; nobody cancelled it, and nobody may take it for that.</summary>
    private ClusterUnreachableException Unconnected(ApiRequest request, OperationCanceledException late) =>
        Unreachable(request.ToString(), new TimeoutException($"no connection within {_options.ConnectTimeout.TotalSeconds:0} s", late));

    private async Task<T> WithinAsync<T>(ApiRequest request, Func<ApiRequest, CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            return await work(request, either.Token);
        }
        catch (OperationCanceledException late) when (timeout.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw Unreachable(request.ToString(), new TimeoutException($"no answer within {_options.RequestTimeout.TotalSeconds:0} s", late));
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw Unconnected(request, late);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException)
        {
            throw Unreachable(request.ToString(), failure);
        }
    }

    private async Task<ApiResult> AnswerAsync(ApiRequest request, CancellationToken cancel)
    {
        using HttpResponseMessage response = await SendAsync(request, cancel);
        return await ReadAsync(request, response, cancel);
    }

    private async Task<ApiResult> ReadAsync(ApiRequest request, HttpResponseMessage response, CancellationToken cancel)
    {
        if (!response.IsSuccessStatusCode)
            return new ApiResult(default, await ReadErrorAsync(response, cancel));
        byte[]? body = await BoundedBody.ReadAsync(response.Content, _options.MaxBodyBytes, cancel);
        return body is not null
            ? new ApiResult(body, null)
            : new ApiResult(default, ApiStatus.Internal($"the answer to {request} is longer than {_options.MaxBodyBytes} bytes; ask for pages (limit)"));
    }

    private async Task<HttpResponseMessage> SendAsync(ApiRequest request, CancellationToken cancel)
    {
        for (int attempt = 0; ; attempt++)
        {
            using HttpRequestMessage message = await MessageAsync(request, cancel);
            HttpResponseMessage response;
            try
            {
                response = await Invoker.SendAsync(message, cancel);
            }
            catch (HttpRequestException cut) when (attempt == 0 && NeverSent(cut))
            {
                continue;
            }
            TellWarnings(response);
            int wait = Repeatable(response) ? StatusReading.RetryAfterSeconds(response) : 0;
            if (wait == 0 || attempt >= _options.MaxRetries)
                return response;
            response.Dispose();
            await Task.Delay(TimeSpan.FromSeconds(Math.Min(wait, MaxRetrySeconds)), _time, cancel);
        }
    }

    private void TellWarnings(HttpResponseMessage response)
    {
        if (_options.Warned is not { } warned || !response.Headers.NonValidated.TryGetValues(WarningHeader.Name, out HeaderStringValues values))
            return;
        foreach (string text in values.SelectMany(WarningHeader.TextsOf))
            warned(text);
    }

    /// <summary>The server hung up before the handshake's end, as one does that stops or begins: whatever the request does, nothing of it has arrived.</summary>
    private static bool NeverSent(HttpRequestException cut) =>
        cut is { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: IOException };

    private static bool Repeatable(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500;

    private async ValueTask<HttpRequestMessage> MessageAsync(ApiRequest request, CancellationToken cancel)
    {
        var message = new HttpRequestMessage(request.Method, UrlOf(request.PathAndQuery));
        bool secure = _connection.Server.Scheme == Uri.UriSchemeHttps;
        message.Version = secure ? HttpVersion.Version20 : HttpVersion.Version11;
        message.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        message.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        await AuthorizeAsync(message, cancel);
        if (request.Body is { } body)
        {
            message.Content = new ReadOnlyMemoryContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }
        return message;
    }

    private static string Describe(Exception failure)
    {
        Exception cause = failure;
        while (cause is HttpRequestException { InnerException: { } inner })
            cause = inner;
        return cause switch
        {
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "connection refused; is the cluster running?",
            SocketException { SocketErrorCode: SocketError.HostNotFound } => "the host name is unknown",
            AuthenticationException => $"the TLS handshake failed: {cause.InnerException?.Message ?? cause.Message}",
            _ => cause.Message,
        };
    }
}
