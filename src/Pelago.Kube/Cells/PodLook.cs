// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>What a cell shows of one pod, read once for all streams that tell it.</summary>
/// <param name="Key"><c>namespace/name</c></param>
/// <param name="Node">Empty when the pod is not bound.</param>
public sealed record PodLook(string Key, string Node, CellState State, CellFlags Flags)
{
    [ThreadStatic]
    private static PodCell? _reading;

    /// <exception cref="System.Text.Json.JsonException">The document is no pod.</exception>
    public static PodLook Read(ReadOnlySpan<byte> pod)
    {
        PodCell cell = _reading ??= new PodCell();
        cell.Read(pod);
        return new PodLook(cell.Key.ToString(), cell.Node.ToString(), cell.State, cell.Flags);
    }
}
