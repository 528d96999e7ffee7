// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History.Logs;

/// <summary>What of a run's log is in history: bytes as the node wrote them, whole lines, and why the rest is not there.</summary>
internal readonly record struct LogPart(long Bytes, long Lines, string Loss);
