// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>A node of a composed YAML document. Aliases are the same instance in several places.</summary>
internal sealed class YamlNode
{
    public required YamlNodeKind Kind { get; init; }

    /// <summary>From 1.</summary>
    public required int Line { get; init; }

    /// <summary>The short tag: empty, <c>!</c>, <c>!!int</c>, …</summary>
    public string Tag { get; init; } = "";

    public string Text { get; init; } = "";

    /// <summary>A scalar without quotes: its text decides its type.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Items of a sequence; keys and values in turn of a mapping.</summary>
    public List<YamlNode> Children { get; } = [];

    public bool IsMergeKey => Kind == YamlNodeKind.Scalar && Text == "<<" && ((IsPlain && Tag.Length == 0) || Tag == "!!merge");
}
