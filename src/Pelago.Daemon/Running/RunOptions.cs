// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Daemon.Running;

/// <summary>What <c>pelagod run</c> is told; null means "as before, else the default".</summary>
internal sealed record RunOptions
{
    public int? Clusters { get; init; }
    public int? Nodes { get; init; }
    public int? Port { get; init; }
    public bool? Simulated { get; init; }
    public string? Runtime { get; init; }
    public bool FastDurability { get; init; }
}
