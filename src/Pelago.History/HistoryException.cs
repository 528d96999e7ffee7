// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History;

/// <summary>History could not be read or written; the message says which file and why.</summary>
public sealed class HistoryException(string message, Exception? inner = null) : Exception(message, inner);
