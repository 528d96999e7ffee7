// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>Which part of a container's log (PodLogOptions). Null means "not sent".</summary>
public sealed record LogRequest
{
    public string Container { get; init; } = "";
    public bool Follow { get; init; }
    public bool Previous { get; init; }
    public bool Timestamps { get; init; }
    public long? TailLines { get; init; }
    public long? SinceSeconds { get; init; }
    public DateTimeOffset? SinceTime { get; init; }
    public long? LimitBytes { get; init; }
}
