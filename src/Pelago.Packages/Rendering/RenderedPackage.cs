// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Packages.Rendering;

/// <summary>What came of rendering: either objects or the reasons why there are none.</summary>
/// <param name="Options">Defaults and user options together, as the schema checked them.</param>
/// <param name="Objects">One Marathon app, or the Kubernetes objects in the order of the template.</param>
/// <param name="Faults">What was wrong, a line each; empty when it was rendered.</param>
public sealed record RenderedPackage(JsonObject Options, IReadOnlyList<JsonObject> Objects, IReadOnlyList<string> Faults)
{
    internal static RenderedPackage Refused(JsonObject options, params IReadOnlyList<string> faults) => new(options, [], faults);
}
