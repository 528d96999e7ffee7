// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pelago.Kube;

namespace Pelago.Hub.Publishing;

/// <summary>
/// The hub's certificate and the authority that signed it, both made at its start and kept nowhere: a hub that starts again makes others and says so
/// where the API server and the agents look.
/// </summary>
internal sealed class HubCertificate : IDisposable
{
    private static readonly TimeSpan Clocks = TimeSpan.FromHours(1);
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365 * 5);

    private HubCertificate(X509Certificate2 leaf, string authorityPem) => (Leaf, AuthorityPem) = (leaf, authorityPem);

    public X509Certificate2 Leaf { get; }

    public string AuthorityPem { get; }

    /// <summary>The name that the API server expects of a Service's pod.</summary>
    public static string HostOf(string ns) => $"{NodeApi.Hub}.{ns}.svc";

    public static HubCertificate Make(string ns, TimeProvider time)
    {
        DateTimeOffset from = time.GetUtcNow() - Clocks, until = time.GetUtcNow() + Lifetime;
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=pelago-hub-ca", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        authority.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authority.PublicKey, critical: false));
        using X509Certificate2 signer = authority.CreateSelfSigned(from, until);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={NodeApi.Hub}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(HostOf(ns));
        names.AddDnsName($"{NodeApi.Hub}.{ns}");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(signer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using X509Certificate2 signed = request.Create(signer, from, until, RandomNumberGenerator.GetBytes(16));
        return new HubCertificate(signed.CopyWithPrivateKey(key), signer.ExportCertificatePem() + "\n");
    }

    public void Dispose() => Leaf.Dispose();
}
