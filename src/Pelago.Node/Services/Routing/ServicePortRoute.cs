// SPDX-License-Identifier: Apache-2.0

using System.Net;

namespace Pelago.Node.Services.Routing;

/// <summary>One port of one service: where it is asked for, who answers, and for how long a client stays with one of them (null: not at all).</summary>
internal sealed record ServicePortRoute(string PortName, IReadOnlyList<Frontend> Frontends, IReadOnlyList<IPEndPoint> Backends, TimeSpan? Affinity);
