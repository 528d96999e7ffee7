// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pelago.Engine.Certificates;

/// <summary>Makes certificates with ECDSA P-256 keys. The returned certificates hold their private keys.</summary>
internal static class CertificateIssuer
{
    public static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);
    public static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(365);
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    // clocks of nodes may lag a little behind the one that signs
    private static readonly TimeSpan Backdate = TimeSpan.FromMinutes(5);

    public static X509Certificate2 CreateAuthority(string commonName, DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = NewRequest(new CertificateSubject(commonName), key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now - Backdate, now + AuthorityLifetime);
    }

    /// <summary>A leaf signed by <paramref name="authority"/>, never valid for longer than it.</summary>
    public static X509Certificate2 Issue(X509Certificate2 authority, CertificateSubject subject, DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = NewRequest(subject, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(subject.IsServer ? ServerUsage : ClientUsage)], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        if (subject.DnsNames.Count + subject.Addresses.Count > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (string name in subject.DnsNames)
                names.AddDnsName(name);
            foreach (System.Net.IPAddress address in subject.Addresses)
                names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }

        DateTimeOffset start = Later(now - Backdate, new DateTimeOffset(authority.NotBefore));
        DateTimeOffset end = Earlier(now + LeafLifetime, new DateTimeOffset(authority.NotAfter));
        using X509Certificate2 signed = request.Create(authority, start, end, NewSerialNumber());
        return signed.CopyWithPrivateKey(key);
    }

    private static CertificateRequest NewRequest(CertificateSubject subject, ECDsa key)
    {
        var name = new X500DistinguishedNameBuilder();
        // the builder writes the last added first; the order of O values is of no consequence
        name.AddCommonName(subject.CommonName);
        foreach (string organization in subject.Organizations)
            name.AddOrganizationName(organization);
        return new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static byte[] NewSerialNumber()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40); // positive, and of the full length
        return serial;
    }
}
