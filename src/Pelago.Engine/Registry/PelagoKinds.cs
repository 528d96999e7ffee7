// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Registry;

/// <summary>What Kubernetes has no kind for.</summary>
internal static class PelagoKinds
{
    public static IEnumerable<ResourceKind> Rows(RowSources sources)
    {
        yield return sources.Row("tasks.pelago.dev", "v1alpha1", "Task", "tasks") with { Verbs = ResourceVerbs.ReadOnly, IsComputed = true };
    }
}
