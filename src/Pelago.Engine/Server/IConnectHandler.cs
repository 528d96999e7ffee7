// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Engine.Resources;

namespace Pelago.Engine.Server;

/// <summary>
/// Takes over the HTTP exchange of a subresource that is a stream or a proxy (log, exec, attach, portforward, proxy), or of a computed kind that has
/// a query of its own (tasks). Authentication,
/// authorization and connect admission are done. For proxy subresources <c>rest</c> is what follows <c>/proxy</c>, with its slash.
/// A failure before the first byte is an ApiStatusException, which the server turns into a Status answer.
/// </summary>
internal interface IConnectHandler
{
    Task HandleAsync(HttpContext http, ResourceRequest request, string rest, CancellationToken cancel);
}
