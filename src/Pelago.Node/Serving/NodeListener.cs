// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Pelago.Node.Serving;

/// <summary>Where a node's API listens, by which certificate it is known, and who may call it.</summary>
internal sealed record NodeListener(string Node, IPEndPoint Address, Func<X509Certificate2> Certificate, INodeCallers Callers);
