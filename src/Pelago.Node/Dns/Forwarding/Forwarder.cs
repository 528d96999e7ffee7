// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Pelago.Node.Dns.Messages;

namespace Pelago.Node.Dns.Forwarding;

/// <summary>
/// Asks the host's name servers what the cluster does not know. Queries go out with numbers and ports of their own, and only an answer to the same
/// question from the server that was asked counts. At most so many at one time; the rest are refused at once.
/// </summary>
internal sealed class Forwarder(Func<IReadOnlyList<IPEndPoint>> servers, TimeProvider time, int most = 256) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _room = new(most);

    /// <summary>The answer with the query's number, null when no server gave one.</summary>
    public async Task<byte[]?> AskAsync(ReadOnlyMemory<byte> query, DnsQuestion question, bool overTcp, CancellationToken cancel)
    {
        if (!await _room.WaitAsync(TimeSpan.Zero, cancel))
            return null;
        try
        {
            foreach (IPEndPoint server in servers())
            {
                if (await AskAsync(server, query, question, overTcp, cancel) is { } answer)
                    return answer;
            }
            return null;
        }
        finally
        {
            _room.Release();
        }
    }

    public void Dispose() => _room.Dispose();

    private async Task<byte[]?> AskAsync(IPEndPoint server, ReadOnlyMemory<byte> query, DnsQuestion question, bool overTcp, CancellationToken cancel)
    {
        byte[] asked = query.ToArray();
        RandomNumberGenerator.Fill(asked.AsSpan(0, 2));
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            byte[] answer = overTcp ? await OverTcpAsync(server, asked, question, either.Token) : await OverUdpAsync(server, asked, question, either.Token);
            query.Span[..2].CopyTo(answer);
            return answer;
        }
        catch (Exception failed) when (failed is SocketException or System.IO.IOException || (failed is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    private static async Task<byte[]> OverUdpAsync(IPEndPoint server, byte[] asked, DnsQuestion question, CancellationToken cancel)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancel);
        await socket.SendAsync(asked, SocketFlags.None, cancel);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(DnsMessage.MaxSize);
        while (true)
        {
            int read = await socket.ReceiveAsync(buffer, SocketFlags.None, cancel);
            if (IsAnswer(buffer.AsSpan(0, read), asked, question))
                return buffer[..read];
        }
    }

    private static async Task<byte[]> OverTcpAsync(IPEndPoint server, byte[] asked, DnsQuestion question, CancellationToken cancel)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancel);
        await using var stream = new NetworkStream(socket);
        await TcpFraming.WriteAsync(stream, asked, cancel);
        byte[]? answer = await TcpFraming.ReadAsync(stream, cancel);
        return answer is not null && IsAnswer(answer, asked, question) ? answer : throw new System.IO.IOException($"{server} sent no answer");
    }

    private static bool IsAnswer(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> asked, DnsQuestion question) =>
        answer.Length >= DnsMessage.HeaderSize && BinaryPrimitives.ReadUInt16BigEndian(answer) == BinaryPrimitives.ReadUInt16BigEndian(asked)
        && DnsReader.Read(answer) is { IsResponse: true } message && (message.Question is null || message.Question == question);
}
