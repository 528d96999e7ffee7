// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace Pelago.Node.Serving;

/// <summary>Who may call a node's API.</summary>
internal interface INodeCallers
{
    /// <summary>Whether a handshake with this client certificate goes on.</summary>
    bool Takes(X509Certificate2 certificate);

    /// <summary>Throws an <see cref="Kube.ApiStatusException"/> to whoever may not: 401 for nobody in particular, 403 for somebody else.</summary>
    Task CheckAsync(HttpContext http);
}
