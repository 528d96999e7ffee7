// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Cli.Output;

/// <summary>Columns aligned by spaces, headers in capitals, no borders: what kubectl's users expect and what awk can read.</summary>
internal sealed class TextTable(params string[] headers)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Whether the headers are printed; rows are aligned by what is.</summary>
    public bool HasHeader { get; init; } = true;

    public void Add(params string[] cells) => _rows.Add(cells);

    private IEnumerable<string[]> Printed => HasHeader ? _rows.Prepend(headers) : _rows;

    public void WriteTo(TextWriter output)
    {
        int[] widths = new int[headers.Length];
        foreach (string[] row in Printed)
        {
            for (int i = 0; i < row.Length; i++)
                widths[i] = Math.Max(widths[i], row[i].Length);
        }

        foreach (string[] row in Printed)
        {
            IEnumerable<string> cells = row.Select((cell, i) => i == row.Length - 1 ? cell : cell.PadRight(widths[i]));
            output.WriteLine(string.Join("   ", cells).TrimEnd());
        }
    }
}
