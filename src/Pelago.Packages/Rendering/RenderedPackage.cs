// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Packages.Options;

namespace Pelago.Packages.Rendering;

/// <summary>What came of rendering: either objects or the reasons why there are none.</summary>
/// <param name="Options">Defaults and user options together, as the schema checked them.</param>
/// <param name="Objects">One Marathon app, or the Kubernetes objects in the order of the template.</param>
/// <param name="Faults">What was wrong, a line each; empty when it was rendered.</param>
public sealed record RenderedPackage(JsonObject Options, IReadOnlyList<JsonObject> Objects, IReadOnlyList<string> Faults)
{
    /// <summary>Why there are none.</summary>
    public RenderRefusal Refusal { get; init; }

    /// <summary>The options that the package's schema does not allow.</summary>
    public IReadOnlyList<OptionFault> OptionFaults { get; init; } = [];

    internal static RenderedPackage Refused(JsonObject options, RenderRefusal refusal, string fault) => new(options, [], [fault]) { Refusal = refusal };

    internal static RenderedPackage Refused(JsonObject options, IReadOnlyList<OptionFault> faults) =>
        new(options, [], [.. faults.Select(fault => fault.ToString())]) { Refusal = RenderRefusal.OptionsDoNotFit, OptionFaults = faults };
}
