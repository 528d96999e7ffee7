// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Aggregation;

/// <summary>A Service and one of its ports, as <c>spec.service</c> of an APIService names it.</summary>
internal sealed record RemoteService(string Namespace, string Name, int Port)
{
    /// <summary>The name that its certificate is for.</summary>
    public string Host => $"{Name}.{Namespace}.svc";
}
