// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;

namespace Pelago.Node.Services.Listening;

/// <summary>Stands in where no network for services could be made: the cluster works without, and each service says why it does not.</summary>
internal sealed class UnavailableNetwork(string reason) : IServiceNetwork
{
    public Task<Socket> BindAsync(ProtocolType protocol, IPEndPoint address) => Task.FromException<Socket>(new IOException(reason));

    public void Dispose()
    {
        // Nothing was made.
    }
}
