// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Store;

namespace Pelago.TestKit.Store;

/// <summary>What a store should do, said as plainly as possible: a dictionary, and a copy of it for every revision.</summary>
internal sealed class StoreModel(long revision)
{
    private readonly SortedDictionary<ObjectKey, (string Value, long Revision)> _objects = [];
    private readonly SortedDictionary<long, string[]> _past = new() { [revision] = [] };
    private long _revision = revision;

    public List<string> Events { get; } = [];

    public IReadOnlyCollection<long> Revisions => _past.Keys;

    public string[] Present(long at) => _past.Last(state => state.Key <= at).Value;

    public long RevisionOf(ObjectKey key) => _objects.TryGetValue(key, out (string, long Revision) present) ? present.Revision : 0;

    public WriteResult Apply(Write write)
    {
        bool exists = _objects.TryGetValue(write.Key, out (string Value, long Revision) present);
        bool holds = write.ExpectedRevision == Write.Any || write.ExpectedRevision == (exists ? present.Revision : 0);
        if (!holds || (write.Json is null && !exists))
            return new WriteResult(WriteOutcome.Conflict, exists ? present.Revision : 0, null);
        _revision++;
        if (write.Json is { } json)
        {
            string value = KubeJson.ParseObject(json).String("value")!;
            _objects[write.Key] = (value, _revision);
            Events.Add($"{_revision} {(exists ? "MODIFIED" : "ADDED")} {write.Key}={value}");
        }
        else
        {
            _objects.Remove(write.Key);
            Events.Add($"{_revision} DELETED {write.Key}={present.Value}");
        }
        _past[_revision] = [.. _objects.Select(pair => $"{pair.Key}={pair.Value.Value}@{pair.Value.Revision}")];
        return new WriteResult(WriteOutcome.Done, _revision, null);
    }
}

/// <summary>One random write: what is done, to which name, and how well its revision is guessed.</summary>
internal sealed record ModelStep(int Kind, string Name, int Guess)
{
    public Write ToWrite(StoreModel model)
    {
        var key = new ObjectKey("ns", Name);
        long expected = Guess switch { 0 => Write.Any, 1 => Write.MustNotExist, 2 => 1, _ => model.RevisionOf(key) };
        return Kind < 3 ? StoreDocument.Delete(key, expected) : StoreDocument.Put(key, $"{Kind}{Guess}", expected);
    }
}
