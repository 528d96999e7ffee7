// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

internal enum YamlTextStyle
{
    Plain,
    SingleQuoted,
    DoubleQuoted,

    /// <summary>A block after <c>|</c>.</summary>
    Literal,
}
