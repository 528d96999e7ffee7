// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Registry;

/// <summary>Every kind that is served without a CustomResourceDefinition, in the order of discovery.</summary>
internal static class BuiltInKinds
{
    public static IReadOnlyList<ResourceKind> All(RowSources sources) =>
        [.. CoreKinds.Rows(sources), .. WorkloadKinds.Rows(sources), .. ClusterKinds.Rows(sources), .. ControlKinds.Rows(sources), .. PelagoKinds.Rows(sources)];
}
