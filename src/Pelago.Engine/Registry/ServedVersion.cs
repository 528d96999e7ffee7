// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Tables;
using Pelago.Kube.Schema;

namespace Pelago.Engine.Registry;

/// <summary>One version of a kind. A version whose shape differs from the stored one has a <see cref="View"/>; else only apiVersion is rewritten.</summary>
internal sealed record ServedVersion
{
    public required string Name { get; init; }

    /// <summary>Null inside: nothing is known of the shape, so nothing is pruned or checked.</summary>
    public Lazy<SchemaNode?> Schema { get; init; } = new((SchemaNode?)null);

    public VersionView? View { get; init; }

    /// <summary>The text of the Warning header of every request to this version; null when it is not deprecated.</summary>
    public string? DeprecationWarning { get; init; }

    /// <summary>The table columns of a CustomResourceDefinition's version; null: the built-in ones of <see cref="ResourceKind.ColumnsKey"/>.</summary>
    public TablePrinter? Printer { get; init; }
}

/// <summary>Rewrites a whole document between the form of a version and the stored form. Both work in place or return a new tree.</summary>
internal sealed record VersionView(Func<JsonObject, JsonObject> ToStored, Func<JsonObject, JsonObject> FromStored);
