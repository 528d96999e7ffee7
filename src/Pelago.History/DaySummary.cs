// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History;

/// <summary>What history has of one day. Bytes of logs as they were written (each once) and as they are kept, and of all its files.</summary>
public sealed record DaySummary(DateOnly Day, long Runs, long Failed, long Pinned, long LogBytes, long LogSize, long Bytes);
