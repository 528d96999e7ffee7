// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.OpenApi;

/// <summary>What one HTTP method of a path does. <see cref="Body"/> and <see cref="Result"/> are names of definitions; no result is text.</summary>
internal sealed record Operation
{
    public required string Id { get; init; }
    public required string Tag { get; init; }
    public required string Description { get; init; }

    /// <summary>get, list, post, put, patch, delete, deletecollection or connect.</summary>
    public required string Action { get; init; }
    public required GroupVersionKind Kind { get; init; }
    public IReadOnlyList<Parameter> Parameters { get; init; } = [];
    public string? Body { get; init; }

    /// <summary>Null: JSON and YAML.</summary>
    public IReadOnlyList<string>? BodyTypes { get; init; }
    public string? Result { get; init; }
    public IReadOnlyList<string> Codes { get; init; } = ["200"];
}
