// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>How an informer asks; the defaults are client-go's.</summary>
public sealed record InformerOptions
{
    public static readonly InformerOptions Default = new();

    /// <summary>Objects in one page of a list.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>A watch is asked to end after between once and twice this long.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How much longer than asked for a watch may last before it is taken for dead.</summary>
    public TimeSpan WatchGrace { get; init; } = TimeSpan.FromSeconds(30);
}
