// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Pelago.Node.Dns.Messages;

/// <summary>Reads the wire form; whatever the bytes are, it ends with a message or with null.</summary>
internal ref struct DnsReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;
    private bool _failed;

    private DnsReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Null for what is no message, and for more than one question.</summary>
    public static DnsMessage? Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new DnsReader(bytes);
        DnsMessage message = reader.ReadMessage();
        return reader._failed ? null : message;
    }

    private DnsMessage ReadMessage()
    {
        ushort id = Number();
        ushort flags = Number();
        int questions = Number(), answers = Number(), authority = Number(), additional = Number();
        if (_failed || questions > 1)
            return Fail();
        DnsQuestion? question = questions == 1 ? new DnsQuestion(Name(), (DnsType)Number(), Number()) : null;
        ushort? udpSize = null;
        List<DnsRecord> inAnswer = Records(answers, ref udpSize), inAuthority = Records(authority, ref udpSize), inAdditional = Records(additional, ref udpSize);
        return new DnsMessage
        {
            Id = id, IsResponse = (flags & 0x8000) != 0, Operation = (byte)((flags >> 11) & 15), IsAuthoritative = (flags & 0x400) != 0,
            IsTruncated = (flags & 0x200) != 0, WantsRecursion = (flags & 0x100) != 0, OffersRecursion = (flags & 0x80) != 0, Code = (DnsCode)(flags & 15),
            Question = question, Answers = inAnswer, Authority = inAuthority, Additional = inAdditional, UdpSize = udpSize,
        };
    }

    private List<DnsRecord> Records(int count, ref ushort? udpSize)
    {
        var records = new List<DnsRecord>();
        for (int i = 0; i < count && !_failed; i++)
        {
            DnsName name = Name();
            var type = (DnsType)Number();
            ushort rrClass = Number();
            uint ttl = LongNumber();
            int length = Number();
            if (_failed || length > _bytes.Length - _at)
            {
                Fail();
                return records;
            }
            int end = _at + length;
            if (type == DnsType.Opt)
                udpSize = rrClass;
            else
                records.Add(Record(name, type, ttl, end));
            if (_at > end)
                Fail();
            _at = end;
        }
        return records;
    }

    private DnsRecord Record(DnsName name, DnsType type, uint ttl, int end)
    {
        switch (type)
        {
            case DnsType.A when end - _at == 4:
            case DnsType.Aaaa when end - _at == 16:
                return new AddressRecord(name, ttl, new IPAddress(_bytes[_at..end]));
            case DnsType.Cname or DnsType.Ptr:
                return new NameRecord(name, ttl, type, Name());
            case DnsType.Srv:
                return new ServiceRecord(name, ttl, Number(), Number(), Number(), Name());
            case DnsType.Soa:
                return new AuthorityRecord(name, ttl, Name(), Name(), LongNumber(), LongNumber(), LongNumber(), LongNumber(), LongNumber());
            case DnsType.Txt when end > _at && _bytes[_at] == end - _at - 1:
                return new TextRecord(name, ttl, Encoding.Latin1.GetString(_bytes[(_at + 1)..end]));
            default:
                return new OpaqueRecord(name, ttl, type);
        }
    }

    private DnsName Name()
    {
        var labels = new List<string>();
        int length = 1;
        int at = _at;
        int? after = null;
        while (!_failed)
        {
            if (at >= _bytes.Length)
                break;
            int size = _bytes[at];
            if (size == 0)
            {
                _at = after ?? at + 1;
                return new DnsName(labels);
            }
            if (size >= 0xc0)
            {
                if (at + 1 >= _bytes.Length)
                    break;
                int target = ((size & 0x3f) << 8) | _bytes[at + 1];
                // Only backwards, and labels in between add to the length: no circle goes on for ever.
                if (target >= at)
                    break;
                after ??= at + 2;
                at = target;
                continue;
            }
            length += size + 1;
            if (size > DnsName.MaxLabel || length > DnsName.MaxLength || at + 1 + size > _bytes.Length)
                break;
            labels.Add(Encoding.Latin1.GetString(_bytes.Slice(at + 1, size)));
            at += size + 1;
        }
        Fail();
        return DnsName.Root;
    }

    private ushort Number()
    {
        if (_bytes.Length - _at < 2)
        {
            Fail();
            return 0;
        }
        ushort value = BinaryPrimitives.ReadUInt16BigEndian(_bytes[_at..]);
        _at += 2;
        return value;
    }

    private uint LongNumber() => ((uint)Number() << 16) | Number();

    private DnsMessage Fail()
    {
        _failed = true;
        return new DnsMessage();
    }
}
