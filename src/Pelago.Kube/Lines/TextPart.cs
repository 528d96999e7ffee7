// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube.Lines;

/// <summary>From which end a part of a text is counted, and whether it is what was counted or the rest.</summary>
public enum TextSide
{
    First,
    AllButFirst,
    Last,
    AllButLast,
}

/// <summary>A part of a text: the letters of head and tail. A last line without its newline is one too.</summary>
public readonly record struct TextPart(TextSide Side, long Count, bool IsBytes)
{
    /// <summary>How many, of the last lines: what the log API of Kubernetes knows too. Null for another part.</summary>
    public long? LastLines => this is { Side: TextSide.Last, IsBytes: false } ? Count : null;
}
