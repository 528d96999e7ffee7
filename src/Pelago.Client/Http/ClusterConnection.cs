// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography.X509Certificates;

namespace Pelago.Client;

/// <summary>Everything needed to talk to one API server: where it is, whom to trust, who we are.</summary>
public sealed record ClusterConnection
{
    /// <summary>The name people use (the kubeconfig context); messages name it.</summary>
    public required string Cluster { get; init; }
    public required Uri Server { get; init; }

    /// <summary>The only authorities trusted for the server's certificate; null: those of the machine.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>Where <see cref="Authorities"/> came from, for the message when the server is not trusted.</summary>
    public string AuthoritiesSource { get; init; } = "the machine's certificate store";

    /// <summary>Takes any server certificate (<c>insecure-skip-tls-verify</c>).</summary>
    public bool SkipTlsVerify { get; init; }

    /// <summary>The name to expect in the server's certificate when it is not the host of <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }
    public X509Certificate2? ClientCertificate { get; init; }
    public BearerToken? Token { get; init; }

    /// <summary>As whom to act: every request says so, and the cluster's RBAC decides whether whoever we are may.</summary>
    public ImpersonatedUser? As { get; init; }

    /// <summary>The namespace of commands that name none.</summary>
    public string Namespace { get; init; } = "default";
}
