// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube.Schema;

/// <summary>
/// What becomes of a field of a built-in kind that is absent or holds its zero value (<c>""</c>, <c>0</c>, <c>false</c>, <c>[]</c>, <c>{}</c>):
/// what a decode into the Go type and an encode back do to it.
/// </summary>
public enum ZeroValueRule
{
    /// <summary>Kept as it came: custom resources, and Go pointers.</summary>
    Kept,

    /// <summary>Dropped, and so the same as absent: Go's <c>omitempty</c>.</summary>
    Omitted,

    /// <summary>Written when absent: a Go field without <c>omitempty</c>, or a struct. Such a field is never missing, required or not.</summary>
    Written,
}
