// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Tables;

/// <summary>How the objects of one kind become rows of a Table (meta.k8s.io). Rows have a cell for each column, those of <c>-o wide</c> too.</summary>
internal sealed record TablePrinter(IReadOnlyList<TableColumn> Columns, Func<PrintedObject, Cell[]> Cells)
{
    /// <summary>What clients may want to know of a row beside its cells; null for most rows.</summary>
    public Func<PrintedObject, RowCondition?> Condition { get; init; } = static _ => null;

    /// <summary>A printer of columns that know their own cells.</summary>
    public static TablePrinter Of(params CellColumn[] columns) =>
        new([.. columns.Select(column => column.Column)], item => Array.ConvertAll(columns, column => column.Cell(item)));
}

/// <summary>A column and how its cell is found.</summary>
internal sealed record CellColumn(TableColumn Column, Func<PrintedObject, Cell> Cell)
{
    /// <summary>The same column, shown with <c>-o wide</c> only.</summary>
    public CellColumn Wide => this with { Column = Column with { Priority = 1 } };
}

/// <summary>Says that the object of a row is done with its work (type <c>Completed</c>): <c>kubectl get --watch</c> and dashboards dim it.</summary>
internal sealed record RowCondition(string Reason, string Message);
