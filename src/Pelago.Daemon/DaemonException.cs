// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Daemon;

/// <summary>The daemon cannot start. The message says what was attempted, why it failed and what to do next.</summary>
internal sealed class DaemonException(string message) : Exception(message);
