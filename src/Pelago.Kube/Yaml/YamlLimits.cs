// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Bounds on YAML input, which can be small and still mean a lot: aliases multiply, nesting eats stack.</summary>
public sealed record YamlLimits
{
    public static readonly YamlLimits Default = new();

    /// <summary>Of the text, in bytes; the body limit of an API server.</summary>
    public int MaxBytes { get; init; } = 3 * 1024 * 1024;

    public int MaxDepth { get; init; } = KubeJson.MaxDepth;

    /// <summary>Of the JSON of one document, in bytes, after aliases were expanded.</summary>
    public int MaxJsonBytes { get; init; } = 8 * 1024 * 1024;

    public int MaxDocuments { get; init; } = 10_000;
}
