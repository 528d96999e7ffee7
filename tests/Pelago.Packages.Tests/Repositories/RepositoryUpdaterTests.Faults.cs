// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Pelago.Packages.Repositories;
using Xunit;

namespace Pelago.Packages.Tests.Repositories;

/// <summary>What is said of repositories that were not received, to whoever typed their address.</summary>
public sealed partial class RepositoryUpdaterTests
{
    [Fact]
    public async Task A_server_that_nobody_vouches_for_is_refused_with_what_to_do()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = GreetAsync(listener);

        string message = await RefusalAsync($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/repo");

        Assert.StartsWith("its certificate is signed by nobody whom this machine trusts", message, StringComparison.Ordinal);
        await serving;
    }

    [Fact]
    public async Task A_server_that_speaks_no_TLS_is_said_to()
    {
        await using var server = new RepositoryServer((_, stream, cancel) => stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray(), cancel).AsTask());

        string message = await RefusalAsync(server.Uri.Replace("http://", "https://", StringComparison.Ordinal));

        Assert.EndsWith("does not speak TLS: with http:// instead of https:// it may answer", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_named()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        Assert.Equal($"{closed.LocalEndPoint}: nothing listens there: look at the address and its port", await RefusalAsync($"http://{closed.LocalEndPoint}/repo"));
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/repo", "ftp:// is not served: a repository is a folder or a file here, or at http:// or https://")]
    [InlineData("http://", "that is no address")]
    [InlineData("/dev/zero", "/dev/zero is no regular file, but a pipe or a device")]
    [InlineData("/nowhere", "there is no file /nowhere")]
    public async Task What_is_at_no_place_that_is_served_is_refused_at_once(string uri, string message) => Assert.Equal(message, await RefusalAsync(uri));

    [Fact]
    public async Task A_pipe_is_not_opened_and_holds_no_thread()
    {
        await MakePipeAsync(_home["pipe"]);

        Assert.Equal($"{_home["pipe"]} is no regular file, but a pipe or a device", await RefusalAsync(_home["pipe"]));
    }

    [Fact]
    public async Task A_package_with_a_pipe_among_its_files_is_refused_and_the_others_are_not()
    {
        Universe.CopySamples(_home["universe"]);
        File.Delete(_home["universe/L/ledger/0/config.json"]);
        await MakePipeAsync(_home["universe/L/ledger/0/config.json"]);

        (_, RepositoryState state) = await _updater.AddAsync(new RepositoryEntry("one", _home["universe"], null), null, Cancel);

        Assert.Equal(1, state.Refused);
        Assert.Equal(["beacon", "ledger", "pier", "tide"], Catalog.Load(_store).Names());
    }

    [Fact]
    public async Task Where_redirects_lead_is_said()
    {
        await using var server = new RepositoryServer((request, stream, cancel) =>
        {
            string answer = request.StartsWith("GET /repo ", StringComparison.Ordinal) ? "302 Found\r\nLocation: /moved" : request.StartsWith("GET /moved ", StringComparison.Ordinal) ? "404 Not Found" : "302 Found\r\nLocation: /round";
            return stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), cancel).AsTask();
        });
        string moved = server.Uri.Replace("/repo", "/moved", StringComparison.Ordinal), round = server.Uri.Replace("/repo", "/round", StringComparison.Ordinal);

        Assert.Equal($"it answered 404 Not Found at {moved}, where it led to", await RefusalAsync(server.Uri));
        Assert.Equal($"it answered 302 Found and leads to {round}, which is not followed after 5 others: ask whoever keeps it for its address", await RefusalAsync(round));
    }

    [Fact]
    public void From_https_nothing_leads_to_http()
    {
        using var answer = new HttpResponseMessage(HttpStatusCode.Found) { RequestMessage = new HttpRequestMessage(HttpMethod.Get, "https://one.example/repo"), Headers = { Location = new Uri("http://two.example/repo") } };

        Assert.StartsWith(" and leads to http://two.example/repo, which is not followed from https:", RepositoryDownload.WhereItLed(new Uri("https://one.example/repo"), answer), StringComparison.Ordinal);
    }

    private static async Task MakePipeAsync(string path)
    {
        using Process made = Process.Start("mkfifo", path);
        await made.WaitForExitAsync(Cancel);
    }

    /// <summary>With a certificate of its own, until the client has looked at it.</summary>
    private static async Task GreetAsync(TcpListener listener)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=repository", key, HashAlgorithmName.SHA256) { CertificateExtensions = { names.Build() } };
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 own = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using TcpClient client = await listener.AcceptTcpClientAsync(Cancel);
        await using var secure = new SslStream(client.GetStream());
        try
        {
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = own }, Cancel);
            await secure.ReadExactlyAsync(new byte[1], Cancel);
        }
        catch (Exception fault) when (fault is IOException or AuthenticationException)
        {
            // The client trusts nobody whom it does not know.
        }
    }

    private async Task<string> RefusalAsync(string uri) =>
        (await Assert.ThrowsAsync<RepositoryException>(() => _updater.AddAsync(new RepositoryEntry("refused", uri, null), null, Cancel))).Message;
}
