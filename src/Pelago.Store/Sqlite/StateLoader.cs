// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Kube;

namespace Pelago.Store;

/// <summary>Reads what a state file holds, in one scan from the newest revision back: the first row of an object is its present.</summary>
internal static class StateLoader
{
    /// <summary>An <see cref="InvalidDataException"/> says which row is not what was written.</summary>
    public static LoadedState Load(SqliteDatabase database, IReadOnlyDictionary<string, long> resources)
    {
        Dictionary<long, LoadingResource> byId = resources.ToDictionary(pair => pair.Value, pair => new LoadingResource(pair.Key));
        var namespaces = new Dictionary<string, string>(StringComparer.Ordinal);
        var expiries = new List<(string, StoredObject, long)>();
        long compacted = StateSchema.ReadMeta(database, StateSchema.CompactedRow);
        long revision = Math.Max(compacted, StateSchema.ReadMeta(database, StateSchema.ReservedRow));
        SqliteStatement row = database.Prepare($"SELECT {StateSchema.RowColumns(database)} FROM log ORDER BY rev DESC");
        while (row.Step())
        {
            revision = Math.Max(revision, row.Number(0));
            if (!byId.TryGetValue(row.Number(1), out LoadingResource? resource))
                throw new InvalidDataException($"revision {row.Number(0)} belongs to an unknown resource {row.Number(1)}");
            string ns = row.Text(2);
            if (!namespaces.TryAdd(ns, ns))
                ns = namespaces[ns];
            var key = new ObjectKey(ns, row.Text(3));
            resource.LastRevision = Math.Max(resource.LastRevision, row.Number(0));
            if (!resource.Seen.Add(key))
                continue;
            byte[] document = row.Blob(8);
            RowChecksum.Require(row, resource.Name, key, document);
            if (row.Number(4) == StateSchema.Deleted)
                continue;
            var item = new StoredObject(key, row.Number(0), document, (int)row.Number(7));
            resource.Objects.Add(item);
            if (row.Number(6) > 0)
                expiries.Add((resource.Name, item, row.Number(6)));
        }
        return new LoadedState
        {
            Revision = revision,
            CompactedRevision = compacted,
            Resources = byId.Values.ToDictionary(resource => resource.Name, resource => resource.Build(compacted)),
            Expiries = expiries,
        };
    }

    private sealed class LoadingResource(string name)
    {
        public string Name => name;

        public HashSet<ObjectKey> Seen { get; } = [];

        public List<StoredObject> Objects { get; } = [];

        public long LastRevision { get; set; }

        /// <summary>At or below the floor there may have been changes that the log forgot.</summary>
        public PublishedState Build(long compacted)
        {
            // Sorted input fills the nodes and is far quicker to insert.
            Objects.Sort((left, right) => left.Key.CompareTo(right.Key));
            PersistentMapBuilder<ObjectKey, StoredObject> map = PersistentMap<ObjectKey, StoredObject>.Empty.Edit();
            foreach (StoredObject item in Objects)
                map.Set(item.Key, item);
            return new PublishedState(map.Freeze(), Math.Max(LastRevision, compacted));
        }
    }
}
