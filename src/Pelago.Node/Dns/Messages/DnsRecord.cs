// SPDX-License-Identifier: Apache-2.0

using System.Net;

namespace Pelago.Node.Dns.Messages;

/// <summary>One resource record of class IN.</summary>
internal abstract record DnsRecord(DnsName Name, uint Ttl)
{
    public abstract DnsType Type { get; }

    public abstract void WriteData(DnsWriter writer);
}

internal sealed record AddressRecord(DnsName Name, uint Ttl, IPAddress Address) : DnsRecord(Name, Ttl)
{
    public override DnsType Type => Address.GetAddressBytes().Length == 4 ? DnsType.A : DnsType.Aaaa;

    public override void WriteData(DnsWriter writer) => writer.Bytes(Address.GetAddressBytes());
}

/// <summary>CNAME and PTR: a name that stands for another.</summary>
internal sealed record NameRecord(DnsName Name, uint Ttl, DnsType Kind, DnsName Target) : DnsRecord(Name, Ttl)
{
    public override DnsType Type => Kind;

    public override void WriteData(DnsWriter writer) => writer.Name(Target);
}

internal sealed record ServiceRecord(DnsName Name, uint Ttl, ushort Priority, ushort Weight, ushort Port, DnsName Target) : DnsRecord(Name, Ttl)
{
    public override DnsType Type => DnsType.Srv;

    public override void WriteData(DnsWriter writer)
    {
        writer.Number(Priority);
        writer.Number(Weight);
        writer.Number(Port);
        writer.Name(Target, compress: false); // RFC 2782
    }
}

internal sealed record TextRecord(DnsName Name, uint Ttl, string Text) : DnsRecord(Name, Ttl)
{
    public override DnsType Type => DnsType.Txt;

    public override void WriteData(DnsWriter writer) => writer.Text(Text);
}

internal sealed record AuthorityRecord(DnsName Name, uint Ttl, DnsName Server, DnsName Mailbox, uint Serial, uint Refresh, uint Retry, uint Expire, uint NegativeTtl)
    : DnsRecord(Name, Ttl)
{
    public override DnsType Type => DnsType.Soa;

    public override void WriteData(DnsWriter writer)
    {
        writer.Name(Server);
        writer.Name(Mailbox);
        foreach (uint number in (ReadOnlySpan<uint>)[Serial, Refresh, Retry, Expire, NegativeTtl])
            writer.Number(number);
    }
}

/// <summary>A record whose data is not read: it may hold compressed names and cannot be written again.</summary>
internal sealed record OpaqueRecord(DnsName Name, uint Ttl, DnsType Kind) : DnsRecord(Name, Ttl)
{
    public override DnsType Type => Kind;

    public override void WriteData(DnsWriter writer) => throw new NotSupportedException($"a record of type {Kind} cannot be written");
}
