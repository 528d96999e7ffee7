// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>A resource that a cluster serves, from its discovery documents.</summary>
internal sealed record DiscoveredResource(GroupVersionResource Resource, string Kind, bool IsNamespaced, IReadOnlySet<string> Verbs)
{
    public bool Can(params ReadOnlySpan<string> verbs)
    {
        foreach (string verb in verbs)
        {
            if (!Verbs.Contains(verb))
                return false;
        }
        return true;
    }
}
