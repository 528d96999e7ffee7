// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Apply;

/// <summary>
/// Keeps <c>metadata.managedFields</c> through every write that is not an apply: creates, updates, and patches of the other kinds
/// (apimachinery pkg/util/managedfields). Thread-safe, for it holds nothing.
/// </summary>
public static class FieldTracker
{
    /// <summary>
    /// Settles who owns what after a write, in <paramref name="updated"/>'s <c>metadata.managedFields</c>; nothing else is touched.
    /// The writer takes what it added or changed from whoever had it, and nobody owns what is gone.
    /// <para>The entries to start from are those of the request, or the live ones when it has none or malformed ones, or when the write goes
    /// to a subresource. A request with <c>managedFields: []</c> or <c>[{}]</c> ends the tracking of the object; an object that is not
    /// tracked stays so until the first apply.</para>
    /// </summary>
    /// <param name="live">The stored object; null for a create. It is not changed.</param>
    /// <param name="updated">What is about to be stored.</param>
    /// <param name="schema">The kind's schema; null when nothing is known of it.</param>
    /// <param name="manager">The field manager; empty counts as <c>unknown</c>.</param>
    /// <param name="apiVersion">The version of the request, as <c>apps/v1</c>.</param>
    /// <param name="subresource">Empty for the object itself.</param>
    /// <param name="now">The time of a changed entry, of which whole seconds are kept.</param>
    /// <param name="resetFields">What this endpoint never writes (as <c>status</c> of the main one): left out of the comparison, with all below.</param>
    public static void TrackUpdate(
        JsonObject? live, JsonObject updated, SchemaNode? schema, string manager, string apiVersion, string subresource, DateTimeOffset now,
        FieldSet? resetFields = null)
    {
        JsonObject metadata = updated.ObjectOrNew("metadata");
        ManagedFields managed = DecodeRequestOrLive(live, metadata, subresource);
        metadata.Remove("managedFields");
        bool isCreate = string.IsNullOrEmpty(live?.Object("metadata")?.String("uid"));
        if (managed.IsEmpty && !isCreate)
            return;
        try
        {
            Ownership.Reconcile(managed, schema, apiVersion);
            FieldComparison comparison = FieldComparison.Of(live ?? [], updated, schema).Without(resetFields);
            FieldOwner owner = FieldOwner.Of(manager, FieldOwner.Update, apiVersion, subresource);
            Ownership.Update(managed, comparison, owner, apiVersion, Timestamp(now));
            Ownership.Cap(managed);
        }
        catch (FieldTypeException)
        {
            // A list whose items cannot be told apart: upstream then leaves ownership as it was, too.
            if (LiveEntries(live) is { } entries)
                metadata["managedFields"] = entries.DeepClone();
            return;
        }
        if (managed.Encode() is { } encoded)
            metadata["managedFields"] = encoded;
    }

    /// <summary>
    /// Undoes changes that are nothing but new times of entries, so that an apply that changes nothing stores nothing
    /// (apiserver handlers/fieldmanager/equality.go). Call it when the object is complete, right before it is stored.
    /// </summary>
    public static void KeepTimesOfUnchanged(JsonObject live, JsonObject updated)
    {
        if (LiveEntries(live) is not { Count: > 0 } before || LiveEntries(updated) is not { } after || before.Count != after.Count)
            return;
        var times = new List<(JsonObject Entry, JsonNode? Time)>();
        for (int i = 0; i < after.Count; i++)
        {
            if (before[i] is not JsonObject old || after[i] is not JsonObject entry)
                return;
            if (!JsonEquality.DeepEquals(old["time"], entry["time"]))
                times.Add((entry, entry["time"]?.DeepClone()));
        }
        if (times.Count == 0)
            return;
        for (int i = 0; i < after.Count; i++)
            SetTime((JsonObject)after[i]!, before[i]!["time"]?.DeepClone());
        if (JsonEquality.DeepEquals(live, updated))
            return;
        foreach ((JsonObject entry, JsonNode? time) in times)
            SetTime(entry, time);
    }

    internal static string Timestamp(DateTimeOffset now) =>
        now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static void SetTime(JsonObject entry, JsonNode? time)
    {
        if (time is null)
            entry.Remove("time");
        else
            entry["time"] = time;
    }

    private static ManagedFields DecodeRequestOrLive(JsonObject? live, JsonObject metadata, string subresource)
    {
        if (subresource.Length == 0)
        {
            JsonArray? requested = metadata.Array("managedFields");
            if (requested is { Count: 0 } or [JsonObject { Count: 0 }])
                return new ManagedFields();
            if (ManagedFields.TryDecode(requested, take: true, out ManagedFields managed, out _) && !managed.IsEmpty)
                return managed;
        }
        return ManagedFields.TryDecode(LiveEntries(live), out ManagedFields known, out _) ? known : new ManagedFields();
    }

    private static JsonArray? LiveEntries(JsonObject? live) => live?.Object("metadata")?.Array("managedFields");
}
