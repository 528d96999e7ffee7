// SPDX-License-Identifier: Apache-2.0

namespace Pelago.SchemaGen;

/// <summary>What the models do not say of a field; src/Pelago.Engine/Schema/overlay/README.md explains each word.</summary>
internal sealed class OverlayField
{
    public required string Place { get; init; }
    public bool Required { get; set; }
    public bool Pointer { get; set; }
    public bool Zero { get; set; }
    public bool Atomic { get; set; }
    public string? ListType { get; set; }
    public string[] ListMapKeys { get; set; } = [];
    public string? MergeKey { get; set; }
    public string? Strategy { get; set; }

    /// <summary>JSON text.</summary>
    public string? Default { get; set; }
    public string[]? Enum { get; set; }
    public string? Type { get; set; }

    /// <summary>The models have it, we do not serve it: an alpha field whose types would come along.</summary>
    public bool Skip { get; set; }
}
