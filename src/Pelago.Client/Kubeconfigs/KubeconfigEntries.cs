// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>A <c>contexts</c> entry: which user talks to which cluster, in which namespace by default.</summary>
public sealed record KubeconfigContext(string Name, string Cluster, string User, string Namespace);

/// <summary>A <c>clusters</c> entry. Paths are absolute; data is decoded.</summary>
public sealed record KubeconfigCluster(string Name)
{
    public string Server { get; init; } = "";
    public byte[]? CertificateAuthorityData { get; init; }
    public string? CertificateAuthority { get; init; }
    public bool InsecureSkipTlsVerify { get; init; }
    public string? TlsServerName { get; init; }
    public string? ProxyUrl { get; init; }
}

/// <summary>A <c>users</c> entry. Paths are absolute; data is decoded.</summary>
public sealed record KubeconfigUser(string Name)
{
    public byte[]? ClientCertificateData { get; init; }
    public string? ClientCertificate { get; init; }
    public byte[]? ClientKeyData { get; init; }
    public string? ClientKey { get; init; }
    public string? Token { get; init; }
    public string? TokenFile { get; init; }

    /// <summary>What the entry asks for that is not supported: <c>exec</c>, <c>auth-provider</c>, <c>username</c>; null when nothing.</summary>
    public string? Unsupported { get; init; }
}
