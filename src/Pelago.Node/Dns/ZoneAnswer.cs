// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Dns.Messages;

namespace Pelago.Node.Dns;

/// <summary>What the cluster's zones know about a question. <paramref name="Elsewhere"/>: the answers end in a name that others must resolve.</summary>
internal sealed record ZoneAnswer(DnsCode Code, IReadOnlyList<DnsRecord> Answers, IReadOnlyList<DnsRecord> Additional, DnsName Zone, DnsName? Elsewhere = null);
