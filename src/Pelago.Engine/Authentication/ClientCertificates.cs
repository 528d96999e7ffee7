// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pelago.Engine.Certificates;
using Pelago.Engine.Requests;

namespace Pelago.Engine.Authentication;

/// <summary>
/// Users by certificate of the cluster's authority: CN is the user, each O a group. The answer is kept beside the certificate object,
/// which lives as long as its connection, so only the first request of a connection pays for the chain.
/// </summary>
internal sealed class ClientCertificates(X509Certificate2 authority, TimeProvider time)
{
    private readonly CertificateVerifier _verifier = new(authority, time);
    private readonly ConditionalWeakTable<X509Certificate2, Known> _known = [];

    public AuthenticationResult Authenticate(X509Certificate2 certificate)
    {
        if (!_known.TryGetValue(certificate, out Known? known))
            _known.AddOrUpdate(certificate, known = Examine(certificate));
        if (known.User is null || time.GetUtcNow() > known.NotAfter)
            return AuthenticationResult.BadCredential;
        return AuthenticationResult.Of(known.User);
    }

    private Known Examine(X509Certificate2 certificate)
    {
        try
        {
            if (!_verifier.IsTrusted(certificate))
                return Known.Nobody;
            CertificateUser subject = CertificateUser.Read(certificate.SubjectName);
            if (subject.CommonName.Length == 0)
                return Known.Nobody;
            string fingerprint = Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span));
            var extra = new Dictionary<string, IReadOnlyList<string>> { ["authentication.kubernetes.io/credential-id"] = [$"X509SHA256={fingerprint}"] };
            var user = new UserInfo(subject.CommonName, "", [.. subject.Organizations], extra);
            return new Known(StandardGroups.WithAuthenticated(user), new DateTimeOffset(certificate.NotAfter));
        }
        catch (CryptographicException)
        {
            return Known.Nobody;
        }
    }

    private sealed record Known(UserInfo? User, DateTimeOffset NotAfter)
    {
        public static readonly Known Nobody = new(null, default);
    }
}
