// SPDX-License-Identifier: Apache-2.0

namespace Pelago.SchemaGen;

/// <summary>One definition of an overlay file: a head line and one line for each field that has something to say.</summary>
internal sealed class OverlayDefinition
{
    public required string Package { get; init; }
    public required string Name { get; init; }
    public required string Place { get; init; }

    /// <summary>A kind of its own, with apiVersion and kind.</summary>
    public bool IsKind { get; init; }

    /// <summary>There is a list of this kind, <c>PodList</c>.</summary>
    public bool HasList { get; init; }

    /// <summary>The whole value has one owner (x-kubernetes-map-type: atomic).</summary>
    public bool Atomic { get; init; }
    public Dictionary<string, OverlayField> Fields { get; } = [];
    public string FullName => $"{Package}.{Name}";
}
