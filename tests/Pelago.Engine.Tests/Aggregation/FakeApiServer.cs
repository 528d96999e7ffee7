// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pelago.Engine.Certificates;

namespace Pelago.Engine.Tests.Aggregation;

/// <summary>
/// An aggregated API server with an authority of its own: serves <c>metrics.example/v1</c> with widgets, shows what headers came, streams a watch
/// as it is told, and echoes upgraded connections.
/// </summary>
internal sealed class FakeApiServer : IAsyncDisposable
{
    private readonly X509Certificate2 _authority = CertificateIssuer.CreateAuthority("fake-ca", TimeProvider.System.GetUtcNow());
    private WebApplication? _kestrel;

    public string AuthorityBundle => Convert.ToBase64String(Encoding.ASCII.GetBytes(_authority.ExportCertificatePem()));

    public int Port { get; private set; }

    /// <summary>The common name of the client certificate of the last request.</summary>
    public string? LastClient { get; private set; }

    /// <summary>The second event of the watch is sent when this completes.</summary>
    public TaskCompletionSource Continue { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The status code of discovery.</summary>
    public int DiscoveryCode { get; set; } = 200;

    public async Task StartAsync(CancellationToken cancel)
    {
        X509Certificate2 certificate = CertificateIssuer.Issue(
            _authority, new CertificateSubject("fake") { DnsNames = ["fake.default.svc"], IsServer = true }, TimeProvider.System.GetUtcNow());
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(
            new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificate,
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                ClientCertificateValidation = static (_, _, _) => true,
            })));
        _kestrel = builder.Build();
        _kestrel.Run(HandleAsync);
        await _kestrel.StartAsync(cancel);
        string address = _kestrel.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Port = new Uri(address).Port;
    }

    public async ValueTask DisposeAsync()
    {
        Continue.TrySetResult();
        if (_kestrel is not null)
            await _kestrel.DisposeAsync();
        _authority.Dispose();
    }

    private async Task HandleAsync(HttpContext http)
    {
        LastClient = http.Connection.ClientCertificate is { } client ? CertificateUser.Read(client.SubjectName).CommonName : null;
        string path = http.Request.Path.Value!;
        if (path == "/apis/metrics.example/v1")
        {
            http.Response.StatusCode = DiscoveryCode;
            await WriteAsync(http,
                """{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"metrics.example/v1","resources":[{"name":"widgets","singularName":"widget","namespaced":true,"kind":"Widget","verbs":["get","list"],"shortNames":["wi"]},{"name":"widgets/exec","singularName":"","namespaced":true,"kind":"WidgetExec","verbs":["create"]}]}""");
        }
        else if (path == "/openapi/v3")
        {
            await WriteAsync(http,
                """{"paths":{"apis/metrics.example/v1":{"serverRelativeURL":"/openapi/v3/apis/metrics.example/v1?hash=F00"},"apis/apps/v1":{"serverRelativeURL":"/evil"} } }""");
        }
        else if (path.EndsWith("/exec", StringComparison.Ordinal))
        {
            await EchoAsync(http);
        }
        else if (http.Request.Query["watch"] == "true")
        {
            await WatchAsync(http);
        }
        else
        {
            await ShowAsync(http, path);
        }
    }

    private static async Task ShowAsync(HttpContext http, string path)
    {
        var headers = new JsonObject();
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in http.Request.Headers)
            headers[name.ToLowerInvariant()] = string.Join('|', values.ToArray());
        using var body = new StreamReader(http.Request.Body);
        http.Response.Headers["X-From"] = "fake";
        await WriteAsync(http, new JsonObject
        {
            ["method"] = http.Request.Method, ["path"] = path + http.Request.QueryString, ["headers"] = headers, ["body"] = await body.ReadToEndAsync(),
        }.ToJsonString());
    }

    private async Task WatchAsync(HttpContext http)
    {
        await WriteAsync(http, "{\"type\":\"ADDED\"}\n");
        await Continue.Task.WaitAsync(http.RequestAborted);
        await WriteAsync(http, "{\"type\":\"MODIFIED\"}\n");
    }

    private static async Task EchoAsync(HttpContext http)
    {
        http.Response.Headers["X-User"] = http.Request.Headers["X-Remote-User"];
        await using Stream stream = await http.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
        byte[] buffer = new byte[1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, http.RequestAborted)) > 0)
            await stream.WriteAsync(buffer.AsMemory(0, read), http.RequestAborted);
    }

    private static async Task WriteAsync(HttpContext http, string text)
    {
        if (!http.Response.HasStarted)
            http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(text, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
