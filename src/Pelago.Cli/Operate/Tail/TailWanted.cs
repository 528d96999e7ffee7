// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Operate.Files;
using Pelago.Kube.Lines;

namespace Pelago.Cli.Operate.Tail;

/// <summary>What a line of <c>pelago tail</c> asks for.</summary>
internal sealed record TailWanted
{
    public required IReadOnlyList<TextName> Texts { get; init; }

    /// <summary>Of what is there when it begins.</summary>
    public TextPart Part { get; init; }
    public bool Follow { get; init; }
    public bool IsOrdered { get; init; }
    public bool HasPrefix { get; init; }
    public bool HasTimes { get; init; }
    public bool IsQuiet { get; init; }

    /// <summary>Whether lines of a text are asked for with their times.</summary>
    public bool ShowsTimesOf(TextName text) => text.IsLog && (IsOrdered || HasTimes);
}
