// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Client;

/// <summary>
/// The objects an informer knows, with named indexes. Readers on any thread, one writer: the informer. What is read is shared and must not be changed.
/// </summary>
public sealed class InformerCache<T>
    where T : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, Entry> _entries = [];
    private readonly Dictionary<string, Index> _indexes = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    public T? Get(ObjectKey key)
    {
        lock (_gate)
            return _entries.TryGetValue(key, out Entry entry) ? entry.Value : null;
    }

    public T? Get(string ns, string name) => Get(new ObjectKey(ns, name));

    /// <summary>All objects as of now, in no order.</summary>
    public T[] List()
    {
        lock (_gate)
        {
            var all = new T[_entries.Count];
            int at = 0;
            foreach (Entry entry in _entries.Values)
                all[at++] = entry.Value;
            return all;
        }
    }

    /// <summary>The objects that an index files under <paramref name="value"/>, in no order.</summary>
    public T[] ByIndex(string index, string value)
    {
        lock (_gate)
            return _indexes[index].Find(value);
    }

    /// <summary>Files objects under the values that <paramref name="values"/> gives for each; those already here too.</summary>
    /// <exception cref="InvalidOperationException">Another index has that name.</exception>
    internal void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        lock (_gate)
        {
            var index = new Index(values);
            if (!_indexes.TryAdd(name, index))
                throw new InvalidOperationException($"there is an index \"{name}\" already");
            foreach ((ObjectKey key, Entry entry) in _entries)
                index.Add(key, entry.Value);
        }
    }

    internal bool HasIndex(string name)
    {
        lock (_gate)
            return _indexes.ContainsKey(name);
    }

    internal bool TryGet(ObjectKey key, out Entry entry)
    {
        lock (_gate)
            return _entries.TryGetValue(key, out entry);
    }

    internal KeyValuePair<ObjectKey, Entry>[] Entries()
    {
        lock (_gate)
            return [.. _entries];
    }

    internal void Set(ObjectKey key, Entry entry)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out Entry old))
                Unindex(key, old.Value);
            _entries[key] = entry;
            foreach (Index index in _indexes.Values)
                index.Add(key, entry.Value);
        }
    }

    internal void Remove(ObjectKey key)
    {
        lock (_gate)
        {
            if (_entries.Remove(key, out Entry old))
                Unindex(key, old.Value);
        }
    }

    private void Unindex(ObjectKey key, T value)
    {
        foreach (Index index in _indexes.Values)
            index.Remove(key, value);
    }

    internal readonly record struct Entry(T Value, string Uid, string ResourceVersion);

    private sealed class Index(Func<T, IEnumerable<string>> values)
    {
        private readonly Dictionary<string, Dictionary<ObjectKey, T>> _filed = new(StringComparer.Ordinal);

        public void Add(ObjectKey key, T value)
        {
            foreach (string text in values(value))
            {
                if (!_filed.TryGetValue(text, out Dictionary<ObjectKey, T>? bucket))
                    _filed[text] = bucket = [];
                bucket[key] = value;
            }
        }

        public void Remove(ObjectKey key, T value)
        {
            foreach (string text in values(value))
            {
                if (_filed.TryGetValue(text, out Dictionary<ObjectKey, T>? bucket) && bucket.Remove(key) && bucket.Count == 0)
                    _filed.Remove(text);
            }
        }

        public T[] Find(string value) => _filed.TryGetValue(value, out Dictionary<ObjectKey, T>? bucket) ? [.. bucket.Values] : [];
    }
}
