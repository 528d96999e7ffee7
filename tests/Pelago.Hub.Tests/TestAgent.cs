// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Pelago.Hub.Tests;

/// <summary>What answers where an agent is said to be: it keeps what it was asked, and says it back unless it is given something else to do.</summary>
internal sealed class TestAgent : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestAgent(WebApplication app, X509Certificate2 certificate) => (_app, Certificate) = (app, certificate);

    public X509Certificate2 Certificate { get; }

    public int Port => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

    public ConcurrentQueue<(string Target, IHeaderDictionary Headers)> Requests { get; } = new();

    public static async Task<TestAgent> StartAsync(Func<HttpContext, Task>? answer = null)
    {
        X509Certificate2 certificate = TestKeys.SelfSigned();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        WebApplication app = builder.Build();
        var agent = new TestAgent(app, certificate);
        app.Run(async http =>
        {
            agent.Requests.Enqueue((http.Features.Get<IHttpRequestFeature>()!.RawTarget, new HeaderDictionary(http.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase))));
            await (answer ?? EchoAsync)(http);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return agent;
    }

    private static async Task EchoAsync(HttpContext http)
    {
        using var body = new StreamReader(http.Request.Body);
        await http.Response.WriteAsync($"agent: {await body.ReadToEndAsync()}");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Certificate.Dispose();
    }
}
