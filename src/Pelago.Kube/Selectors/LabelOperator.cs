// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>How a label requirement relates a key to its values (apimachinery pkg/selection).</summary>
public enum LabelOperator
{
    In,
    NotIn,

    /// <summary><c>key=value</c>.</summary>
    Equals,

    /// <summary><c>key==value</c>; the same as <see cref="Equals"/> but for its spelling.</summary>
    DoubleEquals,

    /// <summary>True also when the key is absent, as <see cref="NotIn"/> is.</summary>
    NotEquals,
    Exists,
    DoesNotExist,

    /// <summary>Both sides are whole numbers; an absent or other value does not match. Node affinity's <c>Gt</c>.</summary>
    GreaterThan,
    LessThan,
}
