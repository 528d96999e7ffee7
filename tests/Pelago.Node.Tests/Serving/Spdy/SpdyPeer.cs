// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Pelago.Node.Serving.Spdy;

namespace Pelago.Node.Tests.Serving.Spdy;

/// <summary>A client of a node that speaks SPDY, as little of it as kubectl does.</summary>
internal sealed class SpdyPeer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TcpClient _tcp;
    private readonly Dictionary<int, StringBuilder> _received = [];
    private readonly HashSet<int> _ended = [];
    private readonly ClientFrames _frames = new();
    private FrameReader? _reader;

    private SpdyPeer(TcpClient tcp, Stream stream, string answer)
    {
        _tcp = tcp;
        Stream = stream;
        Answer = answer;
    }

    /// <summary>Status line and headers.</summary>
    public string Answer { get; }

    public Stream Stream { get; private set; }

    public static async Task<SpdyPeer> AskAsync(int port, TestAuthority authority, string request, CancellationToken cancel)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port, cancel);
        var tls = new SslStream(tcp.GetStream());
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority.Certificate);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1", CertificateChainPolicy = policy, ClientCertificates = [authority.Issue("O=system:masters, CN=server")],
            }, cancel);
        await tls.WriteAsync(Encoding.ASCII.GetBytes(request.ReplaceLineEndings("\r\n") + "\r\n\r\n"), cancel);
        var answer = new StringBuilder();
        byte[] one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await tls.ReadAsync(one, cancel) == 1)
            answer.Append((char)one[0]);
        return new SpdyPeer(tcp, tls, answer.ToString());
    }

    /// <summary>The same conversation inside something.</summary>
    public void Wrap(Func<Stream, Stream> inside) => Stream = inside(Stream);

    public async Task SayAsync(Action<ClientFrames> frames, CancellationToken cancel)
    {
        frames(_frames);
        await Stream.WriteAsync(_frames.Take(), cancel);
    }

    /// <summary>Reads until the node has ended these streams, or a predicate holds; what each of them said.</summary>
    public async Task<Dictionary<int, string>> ReadAsync(Func<Dictionary<int, string>, IReadOnlySet<int>, bool> enough, CancellationToken cancel)
    {
        _reader ??= new FrameReader(Stream);
        while (!enough(Said(), _ended))
        {
            Frame frame = await NextAsync(cancel);
            if (frame.Type != FrameType.Data)
                continue;
            if (!_received.TryGetValue(frame.StreamId, out StringBuilder? text))
                _received[frame.StreamId] = text = new StringBuilder();
            text.Append(Encoding.Latin1.GetString(frame.Payload.Span));
            if (frame.Ends)
                _ended.Add(frame.StreamId);
        }
        return Said();
    }

    public Task<Dictionary<int, string>> ReadToEndAsync(int[] streams, CancellationToken cancel) =>
        ReadAsync((_, ended) => streams.All(ended.Contains), cancel);

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        _tcp.Dispose();
    }

    private async Task<Frame> NextAsync(CancellationToken cancel)
    {
        try
        {
            return await _reader!.ReadAsync(cancel).AsTask().WaitAsync(Patience, cancel) ?? throw new IOException("the node has closed the connection");
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"the node said nothing for {Patience.TotalSeconds} s after: {string.Join("; ", Said().Select(pair => $"{pair.Key}: {pair.Value}"))}", late);
        }
    }

    private Dictionary<int, string> Said() => _received.ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
}
