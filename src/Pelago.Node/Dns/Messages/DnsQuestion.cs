// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Dns.Messages;

internal sealed record DnsQuestion(DnsName Name, DnsType Type, ushort Class)
{
    public const ushort Internet = 1;
}
