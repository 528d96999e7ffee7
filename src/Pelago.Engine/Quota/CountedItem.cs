// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Quota;

/// <summary>What the recalculation keeps of an object that a quota counts: whether it still uses anything.</summary>
internal sealed record CountedItem(bool IsFinished)
{
    private static readonly CountedItem InUse = new(IsFinished: false);
    private static readonly CountedItem Finished = new(IsFinished: true);

    public static CountedItem ReadPod(ReadOnlyMemory<byte> json) => KubeObject.Parse(json).Status?.String("phase") is "Succeeded" or "Failed" ? Finished : InUse;

    public static CountedItem ReadOther(ReadOnlyMemory<byte> json) => InUse;
}
