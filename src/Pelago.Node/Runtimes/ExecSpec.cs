// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Runtimes;

/// <summary>A further command for a running container; environment and user are the container's.</summary>
public sealed record ExecSpec
{
    public required IReadOnlyList<string> Command { get; init; }
    public bool Stdin { get; init; }
    public bool Stdout { get; init; } = true;
    public bool Stderr { get; init; } = true;
    public bool Terminal { get; init; }
}

/// <summary>Which streams of a container's own process a client wants.</summary>
public sealed record AttachSpec
{
    public bool Stdin { get; init; }
    public bool Stdout { get; init; } = true;
    public bool Stderr { get; init; } = true;
}
