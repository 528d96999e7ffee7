// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Apply;

/// <summary>Which fields differ between two states of an object.</summary>
internal sealed record FieldComparison(FieldSet Added, FieldSet Modified, FieldSet Removed)
{
    public bool IsSame => Added.IsEmpty && Modified.IsEmpty && Removed.IsEmpty;

    /// <summary>Compares whole objects. A <see cref="FieldTypeException"/> when the items of a list cannot be told apart.</summary>
    public static FieldComparison Of(JsonObject before, JsonObject after, SchemaNode? schema) => new FieldComparer().Compare(before, after, schema);

    public FieldComparison Without(FieldSet? ignored) => ignored is null or { IsEmpty: true }
        ? this
        : new FieldComparison(
            Added.RecursiveDifference(ignored), Modified.RecursiveDifference(ignored), Removed.RecursiveDifference(ignored));
}
