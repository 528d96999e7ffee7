// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube.Schema;

namespace Pelago.Kube.Apply;

/// <summary>How ownership moves with a change of the object (structured-merge-diff merge/update.go, apimachinery managedfields).</summary>
internal static class Ownership
{
    private const int MaxUpdateEntries = 10;
    private const string AncientChanges = "ancient-changes";

    /// <summary>
    /// Fields that no entry ever lists: who set them says nothing (apimachinery managedfields/internal/stripmeta.go).
    /// </summary>
    private static readonly FieldSet Untracked = FieldSet.Of(
        Path("apiVersion"), Path("kind"), Path("metadata"), Path("metadata", "name"), Path("metadata", "namespace"),
        Path("metadata", "creationTimestamp"), Path("metadata", "selfLink"), Path("metadata", "uid"), Path("metadata", "clusterName"),
        Path("metadata", "generation"), Path("metadata", "managedFields"), Path("metadata", "resourceVersion"));

    /// <summary>
    /// Entries of other groups, whose schema this is not, are dropped, as upstream drops versions that it cannot convert to; the others
    /// follow lists and maps that the schema has meanwhile made atomic.
    /// </summary>
    public static void Reconcile(ManagedFields managed, SchemaNode? schema, string apiVersion)
    {
        foreach (ManagedFieldsEntry entry in managed.Entries)
        {
            if (entry.ApiVersion != apiVersion && GroupOf(entry.ApiVersion) != GroupOf(apiVersion))
            {
                managed.Remove(entry.Owner);
                continue;
            }
            FieldSet reconciled = NamedFields.Reconciled(entry.Fields, schema);
            if (!ReferenceEquals(reconciled, entry.Fields))
                managed.Set(entry with { Fields = reconciled });
        }
    }

    /// <summary>A change by a plain write: its manager takes what it added or modified, everybody loses what it removed.</summary>
    public static void Update(ManagedFields managed, FieldComparison comparison, FieldOwner owner, string apiVersion, string now)
    {
        FieldSet taken = comparison.Modified.Union(comparison.Added);
        TakeAway(managed, taken, comparison.Removed, except: null);
        FieldSet tracked = taken.Difference(Untracked);
        if (tracked.IsEmpty)
            return;
        ManagedFieldsEntry? former = managed.Get(owner);
        managed.Set(new ManagedFieldsEntry
        {
            Manager = owner.Manager, Operation = owner.Operation, ApiVersion = apiVersion, Subresource = owner.Subresource,
            Fields = former is null ? tracked : tracked.Union(former.Fields), Time = now,
        });
    }

    /// <summary>Takes fields from every entry but one.</summary>
    public static void TakeAway(ManagedFields managed, FieldSet taken, FieldSet removed, FieldOwner? except)
    {
        if (taken.IsEmpty && removed.IsEmpty)
            return;
        foreach (FieldOwner owner in managed.Owners.ToArray())
        {
            if (owner == except)
                continue;
            ManagedFieldsEntry entry = managed.Get(owner)!;
            FieldSet left = entry.Fields.Difference(taken).Difference(removed);
            if (!ReferenceEquals(left, entry.Fields))
                managed.Set(entry with { Fields = left });
        }
    }

    public static FieldSet Tracked(FieldSet fields) => fields.Difference(Untracked);

    /// <summary>
    /// Keeps at most ten entries of plain writes: the oldest become one per version, by <c>ancient-changes</c>
    /// (apimachinery managedfields/internal/capmanagers.go).
    /// </summary>
    public static void Cap(ManagedFields managed)
    {
        int updates = 0;
        foreach (FieldOwner owner in managed.Owners)
            updates += owner.Operation == FieldOwner.Update ? 1 : 0;
        if (updates <= MaxUpdateEntries)
            return;
        FieldOwner[] oldest = [.. managed.Entries.Where(entry => !entry.IsApply)
            .OrderBy(entry => entry.Seconds).ThenBy(entry => entry.Owner).Select(entry => entry.Owner)];
        var firstOfVersion = new Dictionary<string, FieldOwner>();
        foreach (FieldOwner owner in oldest)
        {
            if (updates <= MaxUpdateEntries)
                return;
            if (managed.Get(owner) is not { } entry)
                continue;
            if (firstOfVersion.TryAdd(entry.ApiVersion, entry.Owner))
                continue;
            FieldOwner bucket = FieldOwner.Of(AncientChanges, FieldOwner.Update, entry.ApiVersion, "");
            FieldOwner first = entry.Owner == bucket || managed.Get(bucket) is null ? firstOfVersion[entry.ApiVersion] : bucket;
            FieldSet fields = entry.Fields.Union(managed.Get(first)!.Fields);
            managed.Remove(first);
            managed.Remove(entry.Owner);
            managed.Set(entry with { Manager = AncientChanges, Subresource = "", Fields = fields });
            firstOfVersion[entry.ApiVersion] = bucket;
            updates--;
        }
    }

    private static string GroupOf(string apiVersion) =>
        GroupVersion.TryParse(apiVersion, out GroupVersion version) ? version.Group : apiVersion;

    private static PathElement[] Path(params string[] names) => [.. names.Select(PathElement.Field)];
}
