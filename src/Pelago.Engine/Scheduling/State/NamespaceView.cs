// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>A namespace and its labels. Immutable.</summary>
internal sealed record NamespaceView(string Name, IReadOnlyDictionary<string, string> Labels)
{
    public static NamespaceView Read(ReadOnlyMemory<byte> json)
    {
        MetadataScan scan = MetadataScan.Read(json);
        return new NamespaceView(scan.Name, scan.Labels.ToDictionary());
    }
}
