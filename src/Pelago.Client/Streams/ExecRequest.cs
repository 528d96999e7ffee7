// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>What to run in a container, and which of its streams to carry. An empty container means the pod's only or default one.</summary>
public sealed record ExecRequest
{
    public string Container { get; init; } = "";

    /// <summary>The command and its arguments; empty for attach.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];
    public bool Stdin { get; init; }
    public bool Stdout { get; init; } = true;
    public bool Stderr { get; init; } = true;

    /// <summary>A terminal: there is no stderr of its own then.</summary>
    public bool Tty { get; init; }
}
