// SPDX-License-Identifier: Apache-2.0

using System.Net;
using CsCheck;
using Pelago.Node.Dns.Messages;
using Xunit;

namespace Pelago.Node.Tests.Dns;

public sealed class DnsCodecTests
{
    private static readonly Gen<string> Labels = Gen.String[Gen.Char['a', 'f'], 1, 12];
    private static readonly Gen<DnsName> Names = Labels.Array[0, 6].Select(labels => new DnsName(labels));
    private static readonly Gen<uint> Ttls = Gen.UInt[0, 100_000];

    private static readonly Gen<DnsRecord> Records = Gen.OneOf(
        Gen.Select(Names, Ttls, Gen.Byte.Array[4], (name, ttl, address) => (DnsRecord)new AddressRecord(name, ttl, new IPAddress(address))),
        Gen.Select(Names, Ttls, Gen.Byte.Array[16], (name, ttl, address) => (DnsRecord)new AddressRecord(name, ttl, new IPAddress(address))),
        Gen.Select(Names, Ttls, Gen.Bool, Names, (name, ttl, alias, target) => (DnsRecord)new NameRecord(name, ttl, alias ? DnsType.Cname : DnsType.Ptr, target)),
        Gen.Select(Names, Ttls, Gen.UShort, Names, (name, ttl, port, target) => (DnsRecord)new ServiceRecord(name, ttl, 1, 2, port, target)),
        Gen.Select(Names, Ttls, Gen.String[Gen.Char['\u0001', '\u00ff'], 0, 255], (name, ttl, text) => (DnsRecord)new TextRecord(name, ttl, text)),
        Gen.Select(Names, Ttls, Names, Gen.UInt, (name, ttl, server, serial) => (DnsRecord)new AuthorityRecord(name, ttl, server, name, serial, 2, 3, 4, 5)));

    private static readonly Gen<DnsMessage> Messages = Gen.Select(
        Gen.Select(Gen.UShort, Gen.Int[0, 15], Gen.Int[0, 5], Gen.Int[0, 31]),
        Gen.Select(Names, Gen.Int[0, 2].Select(kind => kind == 0 ? DnsType.A : kind == 1 ? DnsType.Srv : DnsType.Any)),
        Records.Array[0, 8], Records.Array[0, 3], Gen.UShort.Nullable(),
        (head, question, answers, others, udpSize) => new DnsMessage
        {
            Id = head.Item1, Operation = (byte)head.Item2, Code = (DnsCode)head.Item3, IsResponse = (head.Item4 & 1) != 0, IsAuthoritative = (head.Item4 & 2) != 0,
            IsTruncated = (head.Item4 & 4) != 0, WantsRecursion = (head.Item4 & 8) != 0, OffersRecursion = (head.Item4 & 16) != 0,
            Question = new DnsQuestion(question.Item1, question.Item2, DnsQuestion.Internet), Answers = answers, Authority = others, Additional = others, UdpSize = udpSize,
        });

    [Fact]
    public void What_is_written_is_read_again() => Messages.Sample(message =>
    {
        DnsMessage? read = DnsReader.Read(message.Encode(DnsMessage.MaxSize));

        Assert.NotNull(read);
        Assert.Equal(message.Answers, read.Answers);
        Assert.Equal(message.Authority, read.Authority);
        Assert.Equal(message.Additional, read.Additional);
        Assert.Equal(message with { Answers = [], Authority = [], Additional = [] }, read with { Answers = [], Authority = [], Additional = [] });
    });

    [Fact]
    public void Any_bytes_are_read_or_refused() => Gen.Byte.Array[0, 200].Sample(bytes => { _ = DnsReader.Read(bytes); });

    [Fact]
    public void A_damaged_message_is_read_or_refused() => Gen.Select(Messages, Gen.Int[0, 10_000], Gen.Byte, Gen.Int[0, 10_000]).Sample((message, at, value, cut) =>
    {
        byte[] bytes = message.Encode(DnsMessage.MaxSize);
        bytes[at % bytes.Length] = value;
        _ = DnsReader.Read(bytes.AsSpan(0, 1 + cut % bytes.Length));
    });

    [Fact]
    public void A_message_over_the_limit_keeps_its_question_and_says_that_it_was_cut() => Messages.Sample(message =>
    {
        int whole = message.Encode(DnsMessage.MaxSize).Length;
        DnsMessage cut = DnsReader.Read(message.Encode(whole - 1))!;

        Assert.Equal(whole, message.Encode(whole).Length);
        Assert.True(cut.IsTruncated);
        Assert.Empty(cut.Answers);
        Assert.Equal(message.Question, cut.Question);
    });

    [Fact]
    public void Names_that_point_at_themselves_are_refused()
    {
        byte[] circle = [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1];
        byte[] longCircle = [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, (byte)'a', 0xc0, 12, 0, 1, 0, 1];

        Assert.Null(DnsReader.Read(circle));
        Assert.Null(DnsReader.Read(longCircle));
    }

    [Fact]
    public void Repeated_names_are_written_once()
    {
        DnsName name = DnsName.Of("web.default.svc.cluster.local");
        var message = new DnsMessage
        {
            IsResponse = true, Question = new DnsQuestion(name, DnsType.A, DnsQuestion.Internet),
            Answers = [.. Enumerable.Range(1, 10).Select(i => new AddressRecord(name, 5, IPAddress.Parse($"10.0.0.{i}")))],
        };

        // header, name, type and class; then a pointer, ten bytes and an address for each
        Assert.Equal(12 + 31 + 4 + 10 * (2 + 10 + 4), message.Encode(DnsMessage.MaxSize).Length);
    }

    [Fact]
    public void Names_are_equal_whatever_their_case()
    {
        Assert.Equal(DnsName.Of("Web.Default.SVC"), DnsName.Of("web.default.svc."));
        Assert.Equal(DnsName.Of("A.b").GetHashCode(), DnsName.Of("a.B").GetHashCode());
        Assert.False(DnsName.Of("xcluster.local").IsUnder(DnsName.Of("cluster.local")));
    }
}
