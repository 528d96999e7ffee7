// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Rendering;

/// <summary>What became of one template.</summary>
/// <param name="Path">Of the revision: <c>A/avi/0</c>.</param>
/// <param name="Json">Canonical JSON; null when the template prints no JSON object.</param>
/// <param name="Fault">Why not; null when it does.</param>
public sealed record RenderedLine(string Path, string? Json, string? Fault);
