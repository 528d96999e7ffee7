// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Serving.Spdy;

/// <summary>A client broke the protocol in a way after which nothing more can be understood: the connection is ended with GOAWAY.</summary>
internal sealed class SpdyException(string message) : Exception(message);
