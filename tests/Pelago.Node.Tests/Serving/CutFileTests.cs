// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pelago.Node.Kubelets;
using Pelago.Node.Serving;
using Pelago.TestKit;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Serving;

/// <summary>Files that are not as long as they say: made shorter while somebody reads them through the node, or made as they are read.</summary>
public sealed class CutFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly X509Certificate2 _certificate = AgentCertificate.Make(TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _certificate.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task The_answer_breaks_off_and_it_is_no_fault_of_the_node()
    {
        const long Length = 1L << 30; // far more than is on its way at once
        string path = _directory["file"];
        await using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.SetLength(Length);
        using var log = new RecordedLog(LogLevel.Error);
        await using NodeServer server = await ServeAsync(path, log);
        using HttpClient client = Client();

        using HttpResponseMessage answer = await client.GetAsync($"https://127.0.0.1:{server.Port}/file", HttpCompletionOption.ResponseHeadersRead, Cancel);
        await using Stream body = await answer.Content.ReadAsStreamAsync(Cancel);
        await body.ReadExactlyAsync(new byte[1], Cancel);
        file.SetLength(0);

        Assert.Equal(Length, answer.Content.Headers.ContentLength);
        await Assert.ThrowsAnyAsync<Exception>(() => body.CopyToAsync(Stream.Null, Cancel));
        await server.DisposeAsync();
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task What_the_kernel_makes_as_it_is_read_comes_whole_though_it_says_it_is_empty()
    {
        using var log = new RecordedLog(LogLevel.Error);
        await using NodeServer server = await ServeAsync("/proc/self/status", log);
        using HttpClient client = Client();

        Assert.StartsWith("Name:", await client.GetStringAsync($"https://127.0.0.1:{server.Port}/file", Cancel), StringComparison.Ordinal);
    }

    private Task<NodeServer> ServeAsync(string path, ILoggerFactory log) => NodeServer.StartAsync(
        new NodeListener("n1", new IPEndPoint(IPAddress.Loopback, 0), () => _certificate, new Anybody()),
        app => app.MapGet("/file", (RequestDelegate)(http => FileEndpoint.SendAsync(http, path))), log, Cancel);

    private HttpClient Client() =>
        new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetRawCertData().AsSpan().SequenceEqual(_certificate.RawData) } });

    private sealed class Anybody : INodeCallers
    {
        public bool Takes(X509Certificate2 certificate) => true;

        public Task CheckAsync(HttpContext http) => Task.CompletedTask;
    }
}
