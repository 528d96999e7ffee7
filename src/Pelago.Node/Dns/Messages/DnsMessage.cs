// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Dns.Messages;

/// <summary>A query or an answer (RFC 1035 4). One question at most, as every server has it.</summary>
internal sealed record DnsMessage
{
    public const int HeaderSize = 12;
    public const int MaxSize = 65535;

    /// <summary>What a UDP answer may have when the client says nothing.</summary>
    public const int PlainUdpSize = 512;

    public ushort Id { get; init; }
    public bool IsResponse { get; init; }
    public byte Operation { get; init; }
    public bool IsAuthoritative { get; init; }
    public bool IsTruncated { get; init; }
    public bool WantsRecursion { get; init; }
    public bool OffersRecursion { get; init; }
    public DnsCode Code { get; init; }
    public DnsQuestion? Question { get; init; }
    public IReadOnlyList<DnsRecord> Answers { get; init; } = [];
    public IReadOnlyList<DnsRecord> Authority { get; init; } = [];
    public IReadOnlyList<DnsRecord> Additional { get; init; } = [];

    /// <summary>The size of UDP messages that the sender takes, from its OPT record (RFC 6891); null when it sent none.</summary>
    public ushort? UdpSize { get; init; }

    /// <summary>The beginnings of an answer to this query.</summary>
    public DnsMessage Reply(DnsCode code) => new()
    {
        Id = Id, IsResponse = true, Operation = Operation, WantsRecursion = WantsRecursion, OffersRecursion = true, Code = code, Question = Question,
        UdpSize = UdpSize is null ? null : (ushort)MaxUdpSize,
    };

    /// <summary>Fits one Ethernet frame.</summary>
    public const int MaxUdpSize = 1232;

    /// <summary>The message; over <paramref name="limit"/> only its question, marked as truncated.</summary>
    public byte[] Encode(int limit)
    {
        byte[] whole = Encode();
        return whole.Length <= limit ? whole : (this with { Answers = [], Authority = [], Additional = [], IsTruncated = true }).Encode();
    }

    private byte[] Encode()
    {
        var writer = new DnsWriter();
        writer.Number(Id);
        writer.Number((ushort)((IsResponse ? 0x8000 : 0) | (Operation << 11) | (IsAuthoritative ? 0x400 : 0) | (IsTruncated ? 0x200 : 0)
            | (WantsRecursion ? 0x100 : 0) | (OffersRecursion ? 0x80 : 0) | (byte)Code));
        writer.Number((ushort)(Question is null ? 0 : 1));
        writer.Number((ushort)Answers.Count);
        writer.Number((ushort)Authority.Count);
        writer.Number((ushort)(Additional.Count + (UdpSize is null ? 0 : 1)));
        if (Question is not null)
            writer.Question(Question);
        foreach (DnsRecord record in Answers.Concat(Authority).Concat(Additional))
            writer.Record(record);
        if (UdpSize is { } size)
            writer.Options(size);
        return writer.ToArray();
    }
}
