// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Apply;

/// <summary>
/// Server-side apply (media type <c>application/apply-patch+yaml</c>), as structured-merge-diff and the API server's field managers do it:
/// the configuration is laid over the live object, what its manager applied before and no longer mentions goes when nobody else owns it,
/// and a field that another manager set to another value is a conflict unless forced. Thread-safe, for it holds nothing.
/// </summary>
public static class ServerSideApply
{
    /// <summary>The manager whose applies also keep kubectl's last-applied annotation: <c>kubectl apply --server-side</c>.</summary>
    private const string KubectlManager = "kubectl";

    /// <summary>
    /// Applies a configuration. Neither argument is changed. Failures are values: 409 with a cause per conflicting field, 400 for a
    /// configuration of another kind or with managedFields, 500 without a reason for one that does not fit the schema (as upstream).
    /// Validation, defaulting and immutable fields are the caller's.
    /// </summary>
    /// <param name="live">The stored object; null when the apply creates it.</param>
    /// <param name="applied">The configuration, with <c>apiVersion</c>, <c>kind</c> and <c>metadata.name</c>.</param>
    /// <param name="schema">The kind's schema; null when nothing is known of it.</param>
    /// <param name="manager">The field manager; empty counts as <c>unknown</c>.</param>
    /// <param name="apiVersion">The version of the request, as <c>apps/v1</c>.</param>
    /// <param name="subresource">Empty for the object itself.</param>
    /// <param name="force">Take conflicting fields over.</param>
    /// <param name="now">The time of the manager's entry, of which whole seconds are kept.</param>
    /// <param name="resetFields">What this endpoint never writes: never owned, with all below.</param>
    public static ApplyResult Apply(
        JsonObject? live, JsonObject applied, SchemaNode? schema, string manager, string apiVersion, string subresource, bool force,
        DateTimeOffset now, FieldSet? resetFields = null)
    {
        string kind = applied.String("kind") ?? "", version = applied.String("apiVersion") ?? "";
        if (live is not null && live.String("kind") is { } liveKind && liveKind != kind)
            return Refused($"invalid object type: {version}, Kind={kind}");
        if (version != apiVersion)
            return Refused($"Incorrect version specified in apply patch. Specified patch version: {version}, expected: {apiVersion}");
        if (applied.Object("metadata")?["managedFields"] is not null)
            return Refused("metadata.managedFields must be nil");
        if (!ManagedFields.TryDecode(live?.Object("metadata")?.Array("managedFields"), out ManagedFields managed, out string error))
            return Broken($"failed to decode managed fields: {error}");
        var request = new ApplyRequest(live ?? new JsonObject { ["apiVersion"] = version, ["kind"] = kind }, applied, schema)
        {
            Owner = FieldOwner.Of(manager, FieldOwner.Apply, apiVersion, subresource), ApiVersion = apiVersion,
            Now = FieldTracker.Timestamp(now), ResetFields = resetFields,
        };
        try
        {
            return ApplyTracked(request, managed, manager, force);
        }
        catch (FieldTypeException failure)
        {
            return Broken(failure.Message);
        }
    }

    private static ApplyResult ApplyTracked(ApplyRequest request, ManagedFields managed, string manager, bool force)
    {
        if (managed.IsEmpty)
            TrackExisting(request, managed);
        JsonObject? merged = request.TryApply(managed, force, out ManagedFields owned, out IReadOnlyList<FieldConflict> conflicts);
        if (merged is null && manager == KubectlManager && LastApplied.OwnedFields(request.Live, request.Schema, request.ApiVersion) is { } migrated)
        {
            // The former kubectl apply kept its ownership in an annotation: what it says and is still so is no conflict with the same user.
            conflicts = [.. conflicts.Where(conflict => !migrated.Has([.. conflict.Path]))];
            if (conflicts.Count == 0)
                merged = request.TryApply(managed, force: true, out owned, out _);
        }
        if (merged is null)
            return ApplyResult.Failed(FieldConflict.ToStatus(conflicts));
        if (manager == KubectlManager)
            LastApplied.Refresh(merged, request.Applied);
        JsonObject metadata = merged.ObjectOrNew("metadata");
        metadata.Remove("managedFields");
        if (owned.Encode() is { } encoded)
            metadata["managedFields"] = encoded;
        return ApplyResult.Of(merged);
    }

    /// <summary>What an untracked object has is owned by whoever made it, before the first apply.</summary>
    private static void TrackExisting(ApplyRequest request, ManagedFields managed)
    {
        var empty = new JsonObject { ["apiVersion"] = request.ApiVersion, ["kind"] = request.Live["kind"]?.DeepClone() };
        FieldComparison comparison = FieldComparison.Of(empty, request.Live, request.Schema).Without(request.ResetFields);
        FieldOwner before = FieldOwner.Of("before-first-apply", FieldOwner.Update, request.ApiVersion, request.Owner.Subresource);
        Ownership.Update(managed, comparison, before, request.ApiVersion, request.Now);
    }

    private static ApplyResult Refused(string message) => ApplyResult.Failed(ApiStatus.BadRequest(message));

    private static ApplyResult Broken(string message) => ApplyResult.Failed(new ApiStatus { Code = 500, Reason = "", Message = message });
}
