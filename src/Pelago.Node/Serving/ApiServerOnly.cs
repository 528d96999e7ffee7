// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;

namespace Pelago.Node.Serving;

/// <summary>
/// Only who shows a client certificate of the cluster's authority for the group system:masters is heard: the API server, which has checked what its
/// client may do.
/// </summary>
internal sealed class ApiServerOnly(X509Certificate2Collection authorities) : INodeCallers
{
    private const string TrustedOrganization = "system:masters";

    public bool Takes(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(certificate);
    }

    public Task CheckAsync(HttpContext http)
    {
        if (http.Connection.ClientCertificate is not { } client)
            throw new ApiStatusException(ApiStatus.Unauthorized());
        return client.SubjectName.EnumerateRelativeDistinguishedNames().Any(IsTrusted)
            ? Task.CompletedTask
            : throw new ApiStatusException(ApiStatus.Unauthorized() with { Code = 403, Reason = StatusReason.Forbidden, Message = "only the API server may call this node" });
    }

    private static bool IsTrusted(X500RelativeDistinguishedName part) =>
        !part.HasMultipleElements && part.GetSingleElementType().Value == "2.5.4.10" && part.GetSingleElementValue() == TrustedOrganization;
}
