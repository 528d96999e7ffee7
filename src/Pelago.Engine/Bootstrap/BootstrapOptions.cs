// SPDX-License-Identifier: Apache-2.0

using System.Net;

namespace Pelago.Engine.Bootstrap;

/// <summary>What the first objects of a cluster say of the API server.</summary>
internal sealed record BootstrapOptions
{
    /// <summary>Where the API server listens; becomes the Endpoints of <c>default/kubernetes</c>.</summary>
    public required IPEndPoint Server { get; init; }

    /// <summary>The ClusterIP of <c>default/kubernetes</c>: the first address of the service range.</summary>
    public required IPAddress ServiceAddress { get; init; }

    /// <summary>PEM of the authority that signs client certificates.</summary>
    public required string ClientAuthorityPem { get; init; }

    /// <summary>PEM of the authority of the front proxy.</summary>
    public required string FrontProxyAuthorityPem { get; init; }
}
