// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube.Apply;

/// <summary>How ownership goes below a field. A leaf is owned as a whole; scalars, atomic lists and atomic maps are leaves.</summary>
internal enum FieldShape
{
    Scalar,
    AtomicList,
    AtomicMap,

    /// <summary>A struct or a map whose fields are owned one by one.</summary>
    Map,

    /// <summary>A list of objects that are owned one by one, by their key fields.</summary>
    MapList,

    /// <summary>A list of scalars that are owned one by one.</summary>
    Set,
}
