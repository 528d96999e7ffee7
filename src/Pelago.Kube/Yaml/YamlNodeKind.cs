// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

internal enum YamlNodeKind
{
    Scalar,
    Sequence,
    Mapping,

    /// <summary>A second mention; its only child is the node that it stands for.</summary>
    Alias,
}
