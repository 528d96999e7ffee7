// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Services.Proxy;

/// <summary>Listens at one address of a service.</summary>
internal interface IFrontendListener
{
    /// <summary>Takes no more clients; those it has go on.</summary>
    void StopListening();

    /// <summary>The endpoints changed.</summary>
    void EndpointsChanged();
}
