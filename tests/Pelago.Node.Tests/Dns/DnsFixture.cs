// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using Pelago.Node.Dns.Forwarding;
using Pelago.Node.Dns.Messages;
using Pelago.Node.Tests.Services;
using Xunit;

namespace Pelago.Node.Tests.Dns;

/// <summary>A service agent with its name server, and a stub resolver that asks it over the wire.</summary>
public abstract class DnsFixture : ProxyFixture
{
    private static int _ids;

    private protected static DnsMessage Query(string name, DnsType type) => new()
    {
        Id = (ushort)Interlocked.Increment(ref _ids), WantsRecursion = true, Question = new DnsQuestion(DnsName.Of(name), type, DnsQuestion.Internet),
    };

    private protected Task<DnsMessage> AskAsync(string name, DnsType type) => AskAsync(Query(name, type));

    private protected async Task<DnsMessage> AskAsync(DnsMessage query) => Checked(query, await RawAsync(query.Encode(DnsMessage.MaxSize)));

    private protected async Task<DnsMessage> AskOverTcpAsync(DnsMessage query)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Agent.Dns!, Cancel);
        await using var stream = new NetworkStream(socket);
        await TcpFraming.WriteAsync(stream, query.Encode(DnsMessage.MaxSize), Cancel);
        return Checked(query, (await TcpFraming.ReadAsync(stream, Cancel))!);
    }

    protected async Task<byte[]> RawAsync(byte[] query)
    {
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        client.Connect(Agent.Dns!);
        await client.SendAsync(query, Cancel);
        return (await client.ReceiveAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel)).Buffer;
    }

    private protected static IEnumerable<string> Addresses(DnsMessage answer) => answer.Answers.OfType<AddressRecord>().Select(record => record.Address.ToString()).Order();

    private static DnsMessage Checked(DnsMessage query, byte[] answer)
    {
        DnsMessage read = DnsReader.Read(answer)!;
        Assert.NotNull(read);
        Assert.Equal(query.Id, read.Id);
        Assert.True(read.IsResponse);
        Assert.Equal(query.Question, read.Question);
        return read;
    }
}
