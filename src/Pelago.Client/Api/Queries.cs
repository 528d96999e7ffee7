// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>The query of a LIST or WATCH (meta/v1 ListOptions). Null means "not sent".</summary>
public sealed record ListQuery
{
    public static readonly ListQuery Everything = new();
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }
    public string? ResourceVersion { get; init; }
    public string? ResourceVersionMatch { get; init; }
    public int? Limit { get; init; }
    public string? Continue { get; init; }
    public bool AllowWatchBookmarks { get; init; }
    public bool? SendInitialEvents { get; init; }
    public int? TimeoutSeconds { get; init; }

    /// <summary>The caller reads metadata alone: the server may answer PartialObjectMetadata instead of whole objects, or may not.</summary>
    public bool MetadataOnly { get; init; }
}

/// <summary>The query of a create, update or patch.</summary>
public sealed record WriteQuery
{
    public static readonly WriteQuery None = new();
    public string? FieldManager { get; init; }
    public bool Force { get; init; }
    public bool DryRun { get; init; }

    /// <summary><c>Ignore</c>, <c>Warn</c> or <c>Strict</c>; null: the server's default (Warn).</summary>
    public string? FieldValidation { get; init; }
}

/// <summary>The DeleteOptions of a delete; selectors only matter for a collection.</summary>
public sealed record DeleteQuery
{
    public static readonly DeleteQuery None = new();
    public long? GracePeriodSeconds { get; init; }

    /// <summary><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>; null: the kind's default.</summary>
    public string? PropagationPolicy { get; init; }
    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
    public bool DryRun { get; init; }
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }
}

/// <summary>The four patch content types.</summary>
public enum PatchType
{
    /// <summary>RFC 6902, <c>application/json-patch+json</c>.</summary>
    Json,

    /// <summary>RFC 7396, <c>application/merge-patch+json</c>.</summary>
    Merge,

    /// <summary><c>application/strategic-merge-patch+json</c>; built-in kinds only.</summary>
    StrategicMerge,

    /// <summary>Server-side apply, <c>application/apply-patch+yaml</c>.</summary>
    Apply,
}
