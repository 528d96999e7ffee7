// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography.X509Certificates;

namespace Pelago.Engine.Certificates;

/// <summary>Whether a certificate from an earlier start still says what it should: another service range or address means another certificate.</summary>
internal static class CertificateMatch
{
    public static bool Fits(X509Certificate2 certificate, X509Certificate2 authority, CertificateSubject subject) =>
        IsSignedBy(certificate, authority)
        && CertificateUser.Read(certificate.SubjectName) is var user
        && user.CommonName == subject.CommonName
        && user.Organizations.Order().SequenceEqual(subject.Organizations.Order())
        && HasNames(certificate, subject);

    private static bool IsSignedBy(X509Certificate2 certificate, X509Certificate2 authority)
    {
        // the authority's key id tells a new authority from an old one of the same name
        byte[]? issuerKey = certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier?.ToArray();
        byte[]? authorityKey = authority.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifierBytes.ToArray();
        return issuerKey is not null && authorityKey is not null && issuerKey.AsSpan().SequenceEqual(authorityKey);
    }

    private static bool HasNames(X509Certificate2 certificate, CertificateSubject subject)
    {
        X509SubjectAlternativeNameExtension? names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        IEnumerable<string> dns = names?.EnumerateDnsNames() ?? [];
        IEnumerable<System.Net.IPAddress> addresses = names?.EnumerateIPAddresses() ?? [];
        return dns.ToHashSet().SetEquals(subject.DnsNames) && addresses.ToHashSet().SetEquals(subject.Addresses);
    }
}
