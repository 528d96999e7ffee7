// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pelago.Client.Local;

namespace Pelago.Engine.Certificates;

/// <summary>
/// <c>NAME.crt</c> and <c>NAME.key</c> in one directory. The key is written first, so a certificate without its key means that
/// somebody took it away, and a key without a certificate that a crash came in between and nothing was signed yet.
/// </summary>
internal sealed class CertificateStore(string directory, TimeProvider time)
{
    /// <summary>A certificate with less time left is due to be made anew.</summary>
    public static readonly TimeSpan RenewalMargin = TimeSpan.FromDays(60);

    private readonly Lock _issuing = new();

    public string CertificatePath(string name) => Path.Combine(directory, $"{name}.crt");

    public string KeyPath(string name) => Path.Combine(directory, $"{name}.key");

    /// <summary>The pair with its private key; null when it was never completed. A pair that does not belong together is an <see cref="InvalidDataException"/>.</summary>
    public X509Certificate2? Load(string name)
    {
        if (!File.Exists(CertificatePath(name)))
            return null;
        try
        {
            return X509Certificate2.CreateFromPem(File.ReadAllText(CertificatePath(name)), File.ReadAllText(KeyPath(name)));
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or FileNotFoundException)
        {
            throw new InvalidDataException(
                $"cannot use the certificate {CertificatePath(name)} with the key {KeyPath(name)}: {fault.Message}; "
                + "restore both from a backup, or remove the whole directory to start with new credentials", fault);
        }
    }

    /// <summary>An authority is never replaced while its files are there, because every kubeconfig trusts it.</summary>
    public X509Certificate2 LoadOrCreateAuthority(string name, string commonName)
    {
        if (Load(name) is { } present)
            return present;
        X509Certificate2 made = CertificateIssuer.CreateAuthority(commonName, time.GetUtcNow());
        Save(name, made);
        return made;
    }

    /// <summary>The leaf on disk when it is whole, fits <paramref name="subject"/> and has time left; else a new one in its place.</summary>
    public X509Certificate2 LoadOrIssue(string name, X509Certificate2 authority, CertificateSubject subject)
    {
        lock (_issuing)
        {
            X509Certificate2? present = LoadLeaf(name);
            if (present is not null && !IsExpiring(present) && CertificateMatch.Fits(present, authority, subject))
                return present;
            present?.Dispose();
            X509Certificate2 made = CertificateIssuer.Issue(authority, subject, time.GetUtcNow());
            Save(name, made);
            return made;
        }
    }

    public bool IsExpiring(X509Certificate2 certificate) => certificate.NotAfter.ToUniversalTime() - RenewalMargin < time.GetUtcNow().UtcDateTime;

    public void Save(string name, X509Certificate2 certificate)
    {
        CertificatePair pair = ToPem(certificate);
        AtomicFile.Write(KeyPath(name), pair.PrivateKeyPem);
        AtomicFile.Write(CertificatePath(name), pair.CertificatePem);
    }

    public static CertificatePair ToPem(X509Certificate2 certificate)
    {
        using ECDsa? elliptic = certificate.GetECDsaPrivateKey();
        using RSA? rsa = elliptic is null ? certificate.GetRSAPrivateKey() : null;
        string key = elliptic?.ExportPkcs8PrivateKeyPem() ?? rsa?.ExportPkcs8PrivateKeyPem()
            ?? throw new InvalidOperationException("the certificate has no private key");
        return new CertificatePair(certificate.ExportCertificatePem() + "\n", key + "\n");
    }

    /// <summary>A broken leaf is worth nothing: unlike an authority it is simply made again.</summary>
    private X509Certificate2? LoadLeaf(string name)
    {
        try
        {
            return Load(name);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
