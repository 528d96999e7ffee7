// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.OpenApi;

/// <summary>A parameter of an operation: <paramref name="In"/> is <c>query</c> or <c>path</c>.</summary>
internal sealed record Parameter(string Name, string In, string Type, string Description)
{
    public static readonly Parameter PathName = new("name", "path", "string", "name of the object");
    public static readonly Parameter PathNamespace = new("namespace", "path", "string", "namespace of the object");
    public static readonly Parameter PathRest = new("path", "path", "string", "path behind the proxy");
    public static readonly Parameter Pretty = Query("pretty", "string", "'true' indents the answer");

    private static readonly Parameter DryRun = Query("dryRun", "string", "'All' does everything but the write");
    private static readonly Parameter FieldManager = Query("fieldManager", "string", "who owns the fields that are set; for apply patches it must be given");
    private static readonly Parameter FieldValidation =
        Query("fieldValidation", "string", "Ignore, Warn (default) or Strict: what unknown and repeated fields lead to");

    private static readonly Parameter Force = Query("force", "boolean", "apply patches only: takes fields over from other managers");
    private static readonly Parameter Continue = Query("continue", "string", "token of the last page: where the next one starts");
    private static readonly Parameter FieldSelector = Query("fieldSelector", "string", "restricts by fields");
    private static readonly Parameter LabelSelector = Query("labelSelector", "string", "restricts by labels");
    private static readonly Parameter Limit = Query("limit", "integer", "the most objects of a page");
    private static readonly Parameter ResourceVersion = Query("resourceVersion", "string", "what the answer must not be older than, or where a watch starts");
    private static readonly Parameter ResourceVersionMatch = Query("resourceVersionMatch", "string", "Exact or NotOlderThan");
    private static readonly Parameter SendInitialEvents = Query("sendInitialEvents", "boolean", "a watch begins with what is there already");
    private static readonly Parameter TimeoutSeconds = Query("timeoutSeconds", "integer", "how long a list or watch may take");
    private static readonly Parameter GracePeriod = Query("gracePeriodSeconds", "integer", "seconds until the object is gone; 0 is at once");
    private static readonly Parameter OrphanDependents = Query("orphanDependents", "boolean", "deprecated: propagationPolicy says it");
    private static readonly Parameter Propagation = Query("propagationPolicy", "string", "Orphan, Background or Foreground: what happens to dependents");

    public static readonly IReadOnlyList<Parameter> OfWrites = [DryRun, FieldManager, FieldValidation];
    public static readonly IReadOnlyList<Parameter> OfPatches = [DryRun, FieldManager, FieldValidation, Force];
    public static readonly IReadOnlyList<Parameter> OfDeletes = [DryRun, GracePeriod, OrphanDependents, Propagation];
    public static readonly IReadOnlyList<Parameter> OfLists =
    [
        Query("allowWatchBookmarks", "boolean", "a watch tells its progress by BOOKMARK events"), Continue, FieldSelector, LabelSelector, Limit,
        ResourceVersion, ResourceVersionMatch, SendInitialEvents, TimeoutSeconds, Query("watch", "boolean", "events of changes instead of a list"),
    ];

    public static readonly IReadOnlyList<Parameter> OfCollectionDeletes =
    [
        Continue, DryRun, FieldSelector, GracePeriod, LabelSelector, Limit, OrphanDependents, Propagation, ResourceVersion, ResourceVersionMatch,
        SendInitialEvents, TimeoutSeconds,
    ];

    private static Parameter Query(string name, string type, string description) => new(name, "query", type, description);
}
