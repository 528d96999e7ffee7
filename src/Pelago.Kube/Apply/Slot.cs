// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Apply;

/// <summary>A value that may be absent, which is not the same as a JSON null. The default is absent.</summary>
internal readonly record struct Slot(bool IsPresent, JsonNode? Node)
{
    public static Slot Of(JsonNode? node) => new(true, node);
}
