// SPDX-License-Identifier: Apache-2.0

using System.Reflection;

namespace Pelago.SchemaGen;

/// <summary>A definition with the model type that carries its fields.</summary>
internal sealed record ModelDefinition(string Name, Type Model, OverlayDefinition Overlay, IReadOnlyList<ModelField> Fields)
{
    /// <summary>Group, version and kind; null for what is only a part of kinds.</summary>
    public (string Group, string Version, string Kind)? GroupVersionKind { get; init; }
}

/// <summary>One field. <paramref name="Definition"/> is the name of the definition that the value (or item, or map value) is; null for plain types.</summary>
internal sealed record ModelField(string Name, PropertyInfo Property, Type Element, string? Definition, OverlayField Overlay);
