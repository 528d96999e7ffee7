// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography.X509Certificates;

namespace Pelago.Engine.Authentication;

/// <summary>
/// Whether a client certificate was signed by one authority and may be used for clients. Looks nothing up in the network or in the
/// machine's own list of authorities.
/// </summary>
internal sealed class CertificateVerifier(X509Certificate2 authority, TimeProvider time)
{
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    public bool IsTrusted(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        X509ChainPolicy policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.Add(authority);
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.ApplicationPolicy.Add(new(ClientUsage));
        policy.VerificationTime = time.GetUtcNow().UtcDateTime;
        return chain.Build(certificate);
    }
}
