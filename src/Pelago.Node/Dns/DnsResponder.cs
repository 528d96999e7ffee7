// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Dns.Forwarding;
using Pelago.Node.Dns.Messages;

namespace Pelago.Node.Dns;

/// <summary>Answers one query: from the cluster's zones, else by the host's name servers.</summary>
internal sealed class DnsResponder(ClusterZone zone, Forwarder forwarder)
{
    /// <summary>ExternalName services may name each other; so many links are followed.</summary>
    private const int MaxAliases = 8;

    /// <summary>Null for what deserves no answer.</summary>
    public async Task<byte[]?> RespondAsync(ReadOnlyMemory<byte> query, bool overTcp, CancellationToken cancel)
    {
        if (DnsReader.Read(query.Span) is not { IsResponse: false } message)
            return Unreadable(query.Span);
        int limit = overTcp ? DnsMessage.MaxSize : Math.Clamp((int)(message.UdpSize ?? DnsMessage.PlainUdpSize), DnsMessage.PlainUdpSize, DnsMessage.MaxUdpSize);
        if (message.Operation != 0)
            return message.Reply(DnsCode.NotImplemented).Encode(limit);
        if (message.Question is not { Class: DnsQuestion.Internet } question)
            return message.Reply(message.Question is null ? DnsCode.FormatError : DnsCode.Refused).Encode(limit);
        if (zone.Answer(question.Name, question.Type) is not { } answer)
        {
            byte[]? forwarded = await forwarder.AskAsync(query, question, overTcp, cancel);
            return forwarded ?? message.Reply(DnsCode.ServerFailure).Encode(limit);
        }
        try
        {
            return (await CompleteAsync(message, question, answer, cancel)).Encode(limit);
        }
        catch (InvalidDataException)
        {
            return message.Reply(DnsCode.ServerFailure).Encode(limit);
        }
    }

    private async Task<DnsMessage> CompleteAsync(DnsMessage query, DnsQuestion question, ZoneAnswer answer, CancellationToken cancel)
    {
        List<DnsRecord> answers = [.. answer.Answers];
        ZoneAnswer last = answer;
        for (int i = 0; i < MaxAliases && last.Elsewhere is { } target; i++)
        {
            if (zone.Answer(target, question.Type) is { } next)
            {
                answers.AddRange(next.Answers);
                last = next;
                continue;
            }
            answers.AddRange(await ElsewhereAsync(new DnsQuestion(target, question.Type, question.Class), cancel));
            break;
        }
        DnsMessage reply = query.Reply(last.Code) with { IsAuthoritative = true, Answers = answers, Additional = answer.Additional };
        return answers.Count > 0 ? reply : reply with { Authority = [ClusterZone.Authority(answer.Zone)] };
    }

    /// <summary>What the host's servers know of the name that an ExternalName stands for; the alias alone when they know nothing.</summary>
    private async Task<IEnumerable<DnsRecord>> ElsewhereAsync(DnsQuestion question, CancellationToken cancel)
    {
        byte[] query = new DnsMessage { WantsRecursion = true, Question = question, UdpSize = DnsMessage.MaxUdpSize }.Encode(DnsMessage.MaxSize);
        byte[]? answer = await forwarder.AskAsync(query, question, overTcp: false, cancel);
        return answer is null ? [] : DnsReader.Read(answer)?.Answers.Where(record => record is not OpaqueRecord) ?? [];
    }

    private static byte[]? Unreadable(ReadOnlySpan<byte> query)
    {
        const byte Response = 0x80;
        if (query.Length < DnsMessage.HeaderSize || (query[2] & Response) != 0)
            return null;
        return new DnsMessage { Id = (ushort)((query[0] << 8) | query[1]), IsResponse = true, Code = DnsCode.FormatError }.Encode(DnsMessage.PlainUdpSize);
    }
}
