// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;

[assembly: AssemblyFixture(typeof(EngineFixture))]

namespace Pelago.Engine.Tests.Server;

/// <summary>One engine in memory, without access control, for all tests: each works in a namespace of its own.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    private EngineHost? _host;
    private int _namespaces;

    public EngineHost Host => _host!;

    public HttpClient Http { get; } = new();

    public async ValueTask InitializeAsync()
    {
        var options = new EngineOptions { PlainHttp = true, OpenAccess = true };
        _host = await EngineHost.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        Http.BaseAddress = _host.Server;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
    }

    public async Task<string> NamespaceAsync()
    {
        string name = $"ns{Interlocked.Increment(ref _namespaces)}";
        await CreateAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{name}}}"}}""");
        return name;
    }

    public async Task<JsonObject> CreateAsync(string path, string body)
    {
        Answer answer = await SendAsync("POST", path, body);
        Assert.True(answer.Code == 201, answer.Text);
        return answer.Json;
    }

    public Task<Answer> GetAsync(string path, string? accept = null) => SendAsync("GET", path, accept: accept);

    public async Task<Answer> SendAsync(string method, string path, string? body = null, string contentType = "application/json", string? accept = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        using HttpResponseMessage response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer((int)response.StatusCode, text, response);
    }

    /// <summary>What came back; <see cref="Response"/> is disposed but its headers are there.</summary>
    public sealed record Answer(int Code, string Text, HttpResponseMessage Response)
    {
        public JsonObject Json => KubeJson.ParseObject(Encoding.UTF8.GetBytes(Text));

        public string Message => Json.String("message") ?? "";

        public string Reason => Json.String("reason") ?? "";

        public string ResourceVersion => new KubeObject(Json).ResourceVersion;
    }
}
