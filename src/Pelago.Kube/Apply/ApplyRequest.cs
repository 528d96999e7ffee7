// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Apply;

/// <summary>One apply: the merge, the pruning of what its manager let go, and the search for conflicts.</summary>
internal sealed class ApplyRequest(JsonObject live, JsonObject applied, SchemaNode? schema)
{
    /// <summary>What only the system writes, so that letting go of other metadata never takes it away.</summary>
    private static readonly string[] SystemMetadata =
        ["name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"];

    public JsonObject Live => live;
    public JsonObject Applied => applied;
    public SchemaNode? Schema => schema;
    public required FieldOwner Owner { get; init; }
    public required string ApiVersion { get; init; }
    public required string Now { get; init; }
    public FieldSet? ResetFields { get; init; }

    /// <summary>The new object and who owns it; null with the conflicts when there are some and <paramref name="force"/> is off.</summary>
    public JsonObject? TryApply(ManagedFields managed, bool force, out ManagedFields owned, out IReadOnlyList<FieldConflict> conflicts)
    {
        owned = managed.Copy();
        conflicts = [];
        CheckApplied();
        Ownership.Reconcile(owned, schema, ApiVersion);
        FieldSet fields = FieldCollector.FieldsOf(applied, schema);
        fields = ResetFields is null ? fields : fields.RecursiveDifference(ResetFields);
        ManagedFieldsEntry? former = owned.Get(Owner);
        var removal = new TypedRemoval(applied);
        JsonObject merged = Prune(TypedMerge.Merge(live, applied, schema), owned, former?.Fields, fields, removal);
        FieldComparison comparison = FieldComparison.Of(live, merged, schema).Without(ResetFields);
        FieldSet taken = comparison.Modified.Union(comparison.Added);
        if (!force)
        {
            conflicts = FieldConflict.Find(owned, taken, Owner);
            if (conflicts.Count > 0)
                return null;
        }
        Ownership.TakeAway(owned, taken, comparison.Removed, Owner);
        owned.Remove(Owner);
        owned.Set(new ManagedFieldsEntry
        {
            Manager = Owner.Manager, Operation = Owner.Operation, ApiVersion = ApiVersion, Subresource = Owner.Subresource,
            Fields = Ownership.Tracked(fields), Time = comparison.IsSame ? former?.Time : Now,
        });
        removal.Settle();
        return merged;
    }

    private void CheckApplied()
    {
        try
        {
            TypedCheck.Check(applied, schema);
        }
        catch (FieldTypeException failure)
        {
            string name = applied.Object("metadata")?.String("name") ?? "", space = applied.Object("metadata")?.String("namespace") ?? "";
            throw new FieldTypeException(
                $"failed to create typed patch object ({space}/{name}; {ApiVersion}, Kind={applied.String("kind")}): {failure.Message}");
        }
    }

    /// <summary>
    /// Takes away what the manager applied before and does not mention now, as far as nobody else owns it, and puts back what hangs below
    /// without being of that manager (structured-merge-diff merge/update.go, prune).
    /// </summary>
    private JsonObject Prune(JsonObject merged, ManagedFields owned, FieldSet? former, FieldSet now, TypedRemoval removal)
    {
        if (former is null or { IsEmpty: true })
            return merged;
        FieldSet all = now;
        foreach (ManagedFieldsEntry entry in owned.Entries)
            all = entry.Owner == Owner ? all : all.Union(entry.Fields);
        FieldSet formerFields = NamedFields.AsMembers(former, schema);
        FieldSet mergedFields = NamedFields.AsMembers(FieldCollector.FieldsOf(merged, schema), schema);

        JsonObject pruned = new TypedRemoval(applied).Remove(merged, formerFields, schema);
        FieldSet kept = NamedFields.AsMembers(FieldCollector.FieldsOf(pruned, schema), schema).Union(NamedFields.AsMembers(all, schema));
        pruned = new TypedRemoval(applied).Remove(merged, mergedFields.Difference(kept), schema);

        kept = NamedFields.AsMembers(FieldCollector.FieldsOf(pruned, schema), schema);
        pruned = removal.Remove(merged, mergedFields.Difference(kept).Intersection(formerFields), schema);
        KeepSystemMetadata(pruned);
        return pruned;
    }

    private void KeepSystemMetadata(JsonObject pruned)
    {
        if (live.Object("metadata") is not { } before)
            return;
        JsonObject metadata = pruned.ObjectOrNew("metadata");
        foreach (string name in SystemMetadata)
        {
            if (before[name] is { } value && metadata[name] is null)
                metadata[name] = value.DeepClone();
        }
    }
}
