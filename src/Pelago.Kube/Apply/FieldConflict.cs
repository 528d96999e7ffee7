// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Kube.Apply;

/// <summary>A field that an apply would change and another manager owns.</summary>
internal sealed record FieldConflict(FieldOwner Owner, IReadOnlyList<PathElement> Path)
{
    /// <summary>The conflicts of a change, by owner and path.</summary>
    public static IReadOnlyList<FieldConflict> Find(ManagedFields managed, FieldSet taken, FieldOwner applier)
    {
        var conflicts = new List<FieldConflict>();
        foreach (FieldOwner owner in managed.Owners.Order())
        {
            if (owner == applier)
                continue;
            foreach (IReadOnlyList<PathElement> path in managed.Get(owner)!.Fields.Intersection(taken).Paths())
                conflicts.Add(new FieldConflict(owner, path));
        }
        return conflicts;
    }

    /// <summary>409 in the words that kubectl shows (apimachinery managedfields/internal/conflict.go).</summary>
    public static ApiStatus ToStatus(IReadOnlyList<FieldConflict> conflicts) => new()
    {
        Code = 409,
        Reason = StatusReason.Conflict,
        Message = Message(conflicts),
        Causes = [.. conflicts.Select(conflict =>
            new StatusCause("FieldManagerConflict", $"conflict with {conflict.Owner}", FieldSet.Text(conflict.Path)))],
    };

    private static string Message(IReadOnlyList<FieldConflict> conflicts)
    {
        if (conflicts is [var only])
            return $"Apply failed with 1 conflict: conflict with {only.Owner}: {FieldSet.Text(only.Path)}";
        var text = new StringBuilder($"Apply failed with {conflicts.Count} conflicts: ");
        FieldOwner? last = null;
        foreach (FieldConflict conflict in conflicts)
        {
            if (conflict.Owner != last)
                text.Append(last is null ? "" : "\n").Append("conflicts with ").Append(conflict.Owner).Append(':');
            last = conflict.Owner;
            text.Append("\n- ").Append(FieldSet.Text(conflict.Path));
        }
        return text.ToString();
    }
}
