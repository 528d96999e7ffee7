// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;

namespace Pelago.Node.Services.Listening;

/// <summary>Where the addresses of services live.</summary>
internal interface IServiceNetwork : IDisposable
{
    /// <summary>A bound socket, listening when it is TCP. A SocketException or IOException says why the address cannot be had.</summary>
    Task<Socket> BindAsync(ProtocolType protocol, IPEndPoint address);
}
