// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;

namespace Pelago.Engine.Tables;

/// <summary>
/// The tables of built-in kinds, with the columns of upstream 1.34 (pkg/printers/internalversion), by <c>plural</c> or <c>plural.group</c>.
/// Cells are made of the stored form of an object.
/// </summary>
internal static class BuiltInTables
{
    private static readonly FrozenDictionary<string, TablePrinter> Printers =
        new[] { CoreTables.All(), WorkloadTables.All(), NetworkTables.All(), StorageTables.All(), ControlTables.All(), TaskTables.All() }
            .SelectMany(part => part)
            .ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>For kinds without columns of their own: name and creation time.</summary>
    public static TablePrinter Default { get; } = TablePrinter.Of(Column.Name, Column.CreatedAt);

    /// <summary>The kinds that have columns of their own.</summary>
    public static IEnumerable<string> Keys => Printers.Keys;

    public static TablePrinter For(string columnsKey) => Printers.GetValueOrDefault(columnsKey, Default);
}
