// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Patch;

namespace Pelago.Kube.Tests.Patch;

/// <summary>The three patch types by kubectl's names for them.</summary>
internal static class PatchKind
{
    public static readonly string[] All = ["strategic", "merge", "json"];

    public static JsonObject Apply(string type, JsonObject document, JsonNode? patch) => type switch
    {
        "strategic" => StrategicMergePatch.Apply(document, patch, PatchSchemas.Of(document.String("kind")!)),
        "merge" => MergePatch.Apply(document, patch),
        "json" => JsonPatch.Apply(document, patch),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a patch type"),
    };
}
