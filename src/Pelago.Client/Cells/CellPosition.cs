// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client.Cells;

/// <summary>How far a feed has come, over all its streams.</summary>
internal sealed class CellPosition
{
    /// <summary>The sink has everything up to here; null: it has to be told all pods.</summary>
    public string? Revision { get; set; }

    /// <summary>The cluster has answered once.</summary>
    public bool HasBegun { get; set; }
}
