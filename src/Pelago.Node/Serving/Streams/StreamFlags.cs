// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Serving.Streams;

/// <summary>Which streams of a process a client asked for.</summary>
internal readonly record struct StreamFlags(bool Stdin, bool Stdout, bool Stderr, bool Terminal);
