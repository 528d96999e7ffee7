// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Which suffixes a quantity is written with; it follows from how it was spelled and survives arithmetic.</summary>
public enum QuantityFormat
{
    /// <summary><c>12M</c>, <c>100m</c>: powers of 1000.</summary>
    DecimalSI,

    /// <summary><c>12Mi</c>: powers of 1024.</summary>
    BinarySI,

    /// <summary><c>12e6</c>.</summary>
    DecimalExponent,
}
