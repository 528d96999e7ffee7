// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Certificates;

/// <summary>A certificate and its private key as PEM text, for a kubeconfig or another process.</summary>
internal sealed record CertificatePair(string CertificatePem, string PrivateKeyPem)
{
    /// <summary>The key never gets into a log by way of a record's text.</summary>
    public override string ToString() => nameof(CertificatePair);
}
