// SPDX-License-Identifier: Apache-2.0

using System.Net;

namespace Pelago.Engine.Certificates;

/// <summary>Whom a certificate is for. A client's <see cref="CommonName"/> is its user name and its <see cref="Organizations"/> are its groups.</summary>
internal sealed record CertificateSubject(string CommonName)
{
    public IReadOnlyList<string> Organizations { get; init; } = [];
    public IReadOnlyList<string> DnsNames { get; init; } = [];
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>For TLS servers; otherwise for TLS clients.</summary>
    public bool IsServer { get; init; }
}
