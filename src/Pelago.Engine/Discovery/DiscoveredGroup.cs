// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Engine.Discovery;

/// <summary>
/// One API group in both forms: an entry of APIGroupList (without kind and apiVersion) and an APIGroupDiscovery. Shared and not to be changed:
/// clone before putting into a document.
/// </summary>
internal sealed record DiscoveredGroup(string Name, JsonObject Legacy, JsonObject Aggregated)
{
    /// <summary>The APIResourceLists of its group versions, for callers inside this process; of groups of other servers only.</summary>
    public IReadOnlyDictionary<string, byte[]> ResourceLists { get; init; } = new Dictionary<string, byte[]>();
}
