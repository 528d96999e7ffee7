// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams.Rows;

/// <summary>One row of a table, and what the page was told of it.</summary>
internal sealed class Row(int id, string key, string cluster, byte[][] cells)
{
    /// <summary>Its name in frames.</summary>
    public int Id { get; } = id;

    public string Key { get; } = key;

    public string Cluster { get; } = cluster;

    /// <summary>A value for each column, as JSON.</summary>
    public byte[][] Cells { get; set; } = cells;

    /// <summary>Whether the filter leaves it.</summary>
    public bool IsMatch { get; set; }

    /// <summary>Whether the page has it.</summary>
    public bool IsShown { get; set; }

    /// <summary>Whether it may be that the page has it as it was before: it is told whole.</summary>
    public bool IsDoubtful { get; set; }

    /// <summary>Whether the table has it still.</summary>
    public bool IsHere { get; set; } = true;

    /// <summary>Whether it stands in the line of rows to look at.</summary>
    public bool IsQueued { get; set; }

    /// <summary>The columns that differ from what the page has, a bit each.</summary>
    public ulong Changed { get; set; }

    /// <summary>The number of the frame that told of it last.</summary>
    public long ToldAt { get; set; }
}
