// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Packages.Rendering;

/// <summary>What a package is to be rendered with.</summary>
public sealed record RenderRequest
{
    /// <summary>What the user gave; laid over the defaults.</summary>
    public JsonObject Options { get; init; } = [];

    /// <summary>Takes the place of the id in the template: of a Marathon app, or of the installation whose objects a Kubernetes template prints.</summary>
    public string? AppId { get; init; }

    public string Namespace { get; init; } = "default";

    /// <summary>Whether options that the package's schema does not allow are refused.</summary>
    public bool CheckOptions { get; init; } = true;
}
