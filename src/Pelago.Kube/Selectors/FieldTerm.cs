// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>One field and the value that it must have, or with <paramref name="Negated"/> must not have.</summary>
public readonly record struct FieldTerm(string Field, bool Negated, string Value)
{
    public override string ToString() => $"{Field}{(Negated ? "!=" : "=")}{FieldSelector.Escape(Value)}";
}
