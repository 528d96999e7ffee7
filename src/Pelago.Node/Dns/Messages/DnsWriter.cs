// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Binary;
using System.IO;
using System.Text;

namespace Pelago.Node.Dns.Messages;

/// <summary>Writes the wire form, each name's tail pointing to an earlier one where there is one (RFC 1035 4.1.4).</summary>
internal sealed class DnsWriter
{
    private const int FarthestPointer = 0x3fff;
    private readonly ArrayBufferWriter<byte> _bytes = new(DnsMessage.PlainUdpSize);
    private readonly Dictionary<DnsName, int> _names = [];

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    public void Number(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.GetSpan(2), value);
        _bytes.Advance(2);
    }

    public void Number(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    /// <summary>A character string: at most 255 bytes.</summary>
    public void Text(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        Bytes([checked((byte)bytes.Length)]);
        Bytes(bytes);
    }

    /// <summary>An InvalidDataException means that the name cannot be a domain name.</summary>
    public void Name(DnsName name, bool compress = true)
    {
        if (!name.IsValid)
            throw new InvalidDataException($"{name} is no domain name");
        for (int at = 0; at < name.Labels.Count; at++)
        {
            DnsName rest = name.Last(name.Labels.Count - at);
            if (compress && _names.TryGetValue(rest, out int offset))
            {
                Number((ushort)(0xc000 | offset));
                return;
            }
            if (_bytes.WrittenCount <= FarthestPointer)
                _names.TryAdd(rest, _bytes.WrittenCount);
            Text(name.Labels[at]);
        }
        Bytes([0]);
    }

    public void Question(DnsQuestion question)
    {
        Name(question.Name);
        Number((ushort)question.Type);
        Number(question.Class);
    }

    public void Record(DnsRecord record)
    {
        Name(record.Name);
        Number((ushort)record.Type);
        Number(DnsQuestion.Internet);
        Number(record.Ttl);
        // The length is known only when the data is written, and names in it may point back: write it in place.
        int lengthAt = _bytes.WrittenCount;
        Number((ushort)0);
        record.WriteData(this);
        int length = _bytes.WrittenCount - lengthAt - 2;
        BinaryPrimitives.WriteUInt16BigEndian(System.Runtime.InteropServices.MemoryMarshal.AsMemory(_bytes.WrittenMemory).Span[lengthAt..], checked((ushort)length));
    }

    /// <summary>The OPT record, which has the sender's UDP size in the place of a class.</summary>
    public void Options(ushort udpSize)
    {
        Name(DnsName.Root);
        Number((ushort)DnsType.Opt);
        Number(udpSize);
        Number(0u);
        Number((ushort)0);
    }
}
