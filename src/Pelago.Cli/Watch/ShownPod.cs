// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Cli.Watch;

/// <summary>One pod of the picture.</summary>
/// <param name="cluster">Empty when there is only one.</param>
/// <param name="key"><c>namespace/name</c></param>
internal sealed class ShownPod(string cluster, string key)
{
    public string Cluster => cluster;

    public string Key => key;

    public string Node { get; set; } = "";

    /// <summary><see cref="CellState.Gone"/> until it is first shown.</summary>
    public CellState State { get; set; }

    public CellFlags Flags { get; set; }

    public CellLook Look { get; set; }

    /// <summary>The last stream that named it.</summary>
    public int Stream { get; set; }

    public CellGroup? Group { get; set; }

    /// <summary>Its place in the group.</summary>
    public int Slot { get; set; }
}
