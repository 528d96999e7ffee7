// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube.Lines;

namespace Pelago.Client;

/// <summary>Which part of a log or a file is wanted, and from where on.</summary>
public sealed record FeedRequest
{
    /// <summary>A file of the task; null: its log.</summary>
    public string? Path { get; init; }

    /// <summary>Goes on with what is written until the container has ended.</summary>
    public bool Follow { get; init; }

    /// <summary>Where an earlier piece said one goes on; null: at the beginning.</summary>
    public string? Position { get; init; }

    /// <summary>Of what is there only this, <see cref="TextSide.Last"/> or <see cref="TextSide.AllButFirst"/>; of no effect with a position.</summary>
    public TextPart? Part { get; init; }

    /// <summary>Of a log that is read from its beginning: from that of the first attempt that is kept, and not of the newest.</summary>
    public bool AllAttempts { get; init; }

    /// <summary>Of a log: <c>Stdout</c> or <c>Stderr</c> alone.</summary>
    public string? Stream { get; init; }

    /// <summary>Of a log: each line begins with its time (RFC 3339) and a space.</summary>
    public bool Timestamps { get; init; }
}
