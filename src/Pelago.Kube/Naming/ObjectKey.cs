// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Names one object of one resource. The namespace is empty for cluster-scoped resources.</summary>
public readonly record struct ObjectKey(string Namespace, string Name) : IComparable<ObjectKey>
{
    /// <summary>Ordinal, namespace first: the order of a LIST and of its <c>continue</c> tokens.</summary>
    public int CompareTo(ObjectKey other)
    {
        int byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
    }

    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
