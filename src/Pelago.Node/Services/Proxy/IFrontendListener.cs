// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Services.Routing;

namespace Pelago.Node.Services.Proxy;

/// <summary>Listens at one address of a service.</summary>
internal interface IFrontendListener
{
    /// <summary>Takes no more clients; those it has go on.</summary>
    void StopListening();

    /// <summary>
    /// Clients from now on go to the endpoints of <paramref name="choice"/>: the same one whose endpoints changed, or another port's when the ports of
    /// the service changed their names. The socket stays, so that no client is refused meanwhile.
    /// </summary>
    void Follow(EndpointChoice choice);
}
