// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube.Apply;

/// <summary>
/// Who owns fields: what makes two managedFields entries the same. Appliers are the same whatever version they applied in, so
/// <see cref="ApiVersion"/> is empty for them.
/// </summary>
internal readonly record struct FieldOwner(string Manager, string Operation, string ApiVersion, string Subresource) : IComparable<FieldOwner>
{
    public const string Apply = "Apply";
    public const string Update = "Update";

    /// <summary>A request that names no manager is by "unknown".</summary>
    public static FieldOwner Of(string manager, string operation, string apiVersion, string subresource) =>
        new(manager.Length == 0 ? "unknown" : manager, operation, operation == Apply ? "" : apiVersion, subresource);

    public int CompareTo(FieldOwner other)
    {
        int order = string.CompareOrdinal(Manager, other.Manager);
        order = order != 0 ? order : string.CompareOrdinal(Operation, other.Operation);
        order = order != 0 ? order : string.CompareOrdinal(ApiVersion, other.ApiVersion);
        return order != 0 ? order : string.CompareOrdinal(Subresource, other.Subresource);
    }

    /// <summary>As conflicts name it: <c>"kubectl-client-side-apply" using apps/v1</c>.</summary>
    public override string ToString()
    {
        string text = GoText.Quote(Manager);
        if (Subresource.Length > 0)
            text += $" with subresource {GoText.Quote(Subresource)}";
        return Operation == Update ? $"{text} using {ApiVersion}" : text;
    }
}
