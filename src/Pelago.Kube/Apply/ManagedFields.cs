// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Apply;

/// <summary>
/// The owners of an object's fields: <c>metadata.managedFields</c> read into sets. Not for use by two threads.
/// </summary>
public sealed class ManagedFields
{
    private readonly Dictionary<FieldOwner, ManagedFieldsEntry> _entries = [];

    public bool IsEmpty => _entries.Count == 0;

    /// <summary>In the order of the wire: appliers first, then by time and name.</summary>
    public IReadOnlyList<ManagedFieldsEntry> Entries
    {
        get
        {
            var sorted = new List<ManagedFieldsEntry>(_entries.Values);
            if (sorted.Count > 1)
                sorted.Sort(Compare);
            return sorted;
        }
    }

    internal ICollection<FieldOwner> Owners => _entries.Keys;

    /// <summary>
    /// Reads <c>metadata.managedFields</c>; absent gives none. False with the reason when an entry is malformed, as a client may send it.
    /// </summary>
    public static bool TryDecode(JsonArray? entries, out ManagedFields managed, out string error) =>
        TryDecode(entries, take: false, out managed, out error);

    /// <summary>A new <c>metadata.managedFields</c>, or null when nothing is owned.</summary>
    public JsonArray? Encode()
    {
        if (IsEmpty)
            return null;
        var array = new JsonArray();
        foreach (ManagedFieldsEntry entry in Entries)
            array.Add((JsonNode)entry.Encode());
        return array;
    }

    internal static bool TryDecode(JsonArray? entries, bool take, out ManagedFields managed, out string error)
    {
        managed = new ManagedFields();
        error = "";
        JsonNode?[] nodes = entries is null ? [] : [.. entries];
        // The JSON of an entry serves again where nothing changes. The caller's own tree gives it up; a shared one is copied when written.
        if (take)
            entries?.Clear();
        for (int i = 0; i < nodes.Length; i++)
        {
            if (ManagedFieldsEntry.Decode(nodes[i] as JsonObject ?? [], i, out error) is not { } entry)
                return false;
            managed.Set(entry);
        }
        return true;
    }

    internal ManagedFieldsEntry? Get(FieldOwner owner) => _entries.GetValueOrDefault(owner);

    /// <summary>Puts an entry in the place of its owner's former one; one without fields removes it.</summary>
    internal void Set(ManagedFieldsEntry entry)
    {
        if (entry.Fields.IsEmpty)
            _entries.Remove(entry.Owner);
        else
            _entries[entry.Owner] = entry;
    }

    internal void Remove(FieldOwner owner) => _entries.Remove(owner);

    internal ManagedFields Copy()
    {
        var copy = new ManagedFields();
        foreach (ManagedFieldsEntry entry in _entries.Values)
            copy.Set(entry);
        return copy;
    }

    private static int Compare(ManagedFieldsEntry left, ManagedFieldsEntry right)
    {
        int order = string.CompareOrdinal(left.Operation, right.Operation);
        if (order == 0 && left.Time != right.Time)
            order = left.Seconds.CompareTo(right.Seconds);
        return order != 0 ? order : CompareNames(left, right);
    }

    private static int CompareNames(ManagedFieldsEntry left, ManagedFieldsEntry right)
    {
        int order = string.CompareOrdinal(left.Manager, right.Manager);
        order = order != 0 ? order : string.CompareOrdinal(left.ApiVersion, right.ApiVersion);
        return order != 0 ? order : string.CompareOrdinal(left.Subresource, right.Subresource);
    }
}
