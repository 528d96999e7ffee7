// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Resources;

/// <summary>meta/v1 ListOptions as they came; null and 0 mean "not sent". Checked by the verb that takes them.</summary>
internal sealed record ListOptions
{
    public static readonly ListOptions None = new();
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }
    public string ResourceVersion { get; init; } = "";
    public string ResourceVersionMatch { get; init; } = "";
    public long Limit { get; init; }
    public string Continue { get; init; } = "";
    public bool AllowWatchBookmarks { get; init; }
    public bool? SendInitialEvents { get; init; }
    public long? TimeoutSeconds { get; init; }
}
